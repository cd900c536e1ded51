/* SPDX-License-Identifier: Apache-2.0
 *
 * Each kind of operation as the call that it was.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "replay/content.h"
#include "replay/direct.h"
#include "replay/durable.h"
#include "replay/fresh.h"
#include "replay/name.h"
#include "replay/worker.h"

int64_t perform_close(struct open_file *f)
{
	int status;

	if (f->more)
		closedir(f->more);
	f->more = NULL;
	if (f->fd < 0)
		return -EBADF;
	status = close(f->fd) ? -errno : 0;
	f->fd = -1;
	return status;
}

/* ---- bytes ---- */

/* What reads filled goes in a pause that has the time for it, as the job freed it some
 * time. */
static void perform_let_go(struct worker *w, uint64_t pause_ns)
{
	if (w->fresh) {
		fresh_free(w->left, w->left_size);
		w->left = w->fresh;
		w->left_size = w->fresh_size;
		w->fresh = NULL;
	}
	if (w->left && pause_ns > fresh_free_ns(w->run->fresh_page_ns, w->left_size)) {
		fresh_free(w->left, w->left_size);
		w->left = NULL;
	}
}

static void perform_memory(struct worker *w, uint32_t i, const struct op *op)
{
	perform_let_go(w, short_to_ns(op->gap));
	if (!op->hit || (op->bits & OP_ASYNC) ||
	    !fresh_was(w->run->fresh_page_ns, op->size, plan_ended_ns(w->lane, i) - op->start_ns))
		return;
	w->fresh_size = op->size;
	w->fresh = fresh_get(op->size);
}

void perform_ready(struct worker *w, uint32_t i)
{
	const struct op *op = &w->lane->ops[i];
	uint32_t size = op->size < w->buffer_size ? op->size : w->buffer_size;
	uint32_t next = (w->contents + w->written + 4095) & ~4095u;

	perform_memory(w, i, op);
	if (op_needs(op->kind) != 'w' || op->kind == OP_TOUCH_WRITE)
		return;
	/* Programs write what lies elsewhere each time, not what the processor just had. */
	w->contents = size <= w->buffer_size - next ? next : 0;
	w->written = size;
	w->stamp += 1u << 20;
	content_stamp(w->buffer + w->contents, size, w->stamp);
}

int perform_pieces(struct worker *w, const struct op *op)
{
	bool two = (op->kind == OP_READV || op->kind == OP_WRITEV || op->kind == OP_PREADV ||
	            op->kind == OP_PWRITEV || (op_flags(op->kind) && !(op->bits & OP_ASYNC))) &&
	           op->size > 1;
	uint32_t skipped = op_needs(op->kind) == 'w' ? w->contents : 0;
	uint8_t *at = w->fresh ? w->fresh : w->buffer + skipped;
	uint32_t room = w->fresh ? w->fresh_size : w->buffer_size - skipped;
	uint32_t left = op->size, most = two ? direct_half(&w->files[op->object], op) : room;
	int n = 0;

	if (most > room)
		most = room;
	do {
		uint32_t size = left < most ? left : most;
		w->pieces[n++] = (struct iovec){at, size};
		left -= size;
		at += w->fresh ? size : 0;
	} while (left && n < WORKER_PIECES);
	return n;
}

/* A file system without such a flag does it without. */
static ssize_t perform_flagged(const struct worker *w, const struct op *op, int fd, int pieces)
{
	bool writes = op_needs(op->kind) == 'w';
	off_t at = (off_t)op->offset;
	int flags = op_flags(op->kind);
	ssize_t n = writes ? pwritev2(fd, w->pieces, pieces, at, flags)
	                   : preadv2(fd, w->pieces, pieces, at, flags);

	if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS))
		return n;
	return writes ? pwritev(fd, w->pieces, pieces, at) : preadv(fd, w->pieces, pieces, at);
}

static int64_t perform_transfer(struct worker *w, const struct op *op)
{
	const struct open_file *f = &w->files[op->object];
	bool writes = op_needs(op->kind) == 'w';
	off_t at = (off_t)op->offset;
	void *memory;
	int pieces;
	int64_t n;

	if (!direct_fits(f, op))
		return direct_around(w, op);
	pieces = perform_pieces(w, op);
	memory = w->pieces[0].iov_base;
	if (op_flags(op->kind))
		n = perform_flagged(w, op, f->fd, pieces);
	else if (pieces == 1)
		switch (op->kind) {
		case OP_READ: n = read(f->fd, memory, op->size); break;
		case OP_PREAD: n = pread(f->fd, memory, op->size, at); break;
		case OP_WRITE: n = write(f->fd, memory, op->size); break;
		case OP_PWRITE: n = pwrite(f->fd, memory, op->size, at); break;
		case OP_READV: n = readv(f->fd, w->pieces, 1); break;
		case OP_WRITEV: n = writev(f->fd, w->pieces, 1); break;
		case OP_PREADV: n = preadv(f->fd, w->pieces, 1, at); break;
		default: n = pwritev(f->fd, w->pieces, 1, at);
		}
	else if (op->kind == OP_READ || op->kind == OP_READV)
		n = readv(f->fd, w->pieces, pieces);
	else if (op->kind == OP_WRITE || op->kind == OP_WRITEV)
		n = writev(f->fd, w->pieces, pieces);
	else
		n = writes ? pwritev(f->fd, w->pieces, pieces, at)
		           : preadv(f->fd, w->pieces, pieces, at);
	return n < 0 ? -errno : n;
}

/* ---- memory ---- */

static void perform_unmap(struct open_file *f)
{
	if (f->map)
		munmap(f->map, f->map_size);
	f->map = NULL;
}

/* All of the file, as large as it is now. */
static int64_t perform_map(struct worker *w, uint32_t opening)
{
	const struct opening *o = &w->run->plan->openings[opening];
	struct open_file *f = &w->files[opening];
	bool writes = (o->flags & O_ACCMODE) == O_RDWR;
	int fd = f->fd;
	struct stat about;
	void *at;

	if (fd < 0)
		fd = name_open_as(w, o->name, (writes ? O_RDWR : O_RDONLY) | O_NONBLOCK);
	if (fd < 0)
		return fd;
	at = fstat(fd, &about) || !about.st_size
	             ? MAP_FAILED
	             : mmap(NULL, (size_t)about.st_size, PROT_READ | (writes ? PROT_WRITE : 0),
	                    MAP_SHARED, fd, 0);
	if (fd != f->fd)
		close(fd);
	if (at == MAP_FAILED)
		return about.st_size ? -errno : -EINVAL;
	/* Other threads may be in the one that is there: it stays, unless it is too small. */
	if (f->map && f->map_size == (size_t)about.st_size) {
		munmap(at, f->map_size);
		return 0;
	}
	/* In this order, for who reads them in the other. */
	__atomic_store_n(&f->map, at, __ATOMIC_RELEASE);
	__atomic_store_n(&f->map_size, (size_t)about.st_size, __ATOMIC_RELEASE);
	return 0;
}

/* False where a page is gone, with its storage or because the file was cut. */
static bool perform_pages(struct worker *w, volatile uint8_t *volatile from, uint8_t *const to,
                          const bool writes)
{
	if (sigsetjmp(w->fault, 0)) {
		w->faulting = false;
		return false;
	}
	w->faulting = true;
	for (; from < to; from += 4096) {
		if (writes)
			*from = (uint8_t)++w->stamp;
		else
			(void)*from;
	}
	w->faulting = false;
	return true;
}

/* As recordings have it: a page from memory has no time, which nobody could know;
 * one from storage has. */
static bool perform_from_memory(struct worker *w)
{
	struct rusage usage;
	uint64_t before = w->major;

	if (getrusage(RUSAGE_THREAD, &usage))
		return false;
	w->major = (uint64_t)usage.ru_majflt;
	return w->major == before;
}

static int64_t perform_touch(struct worker *w, const struct op *op)
{
	struct open_file *f = &w->files[op->object];
	bool writes = op->kind == OP_TOUCH_WRITE &&
	              (w->run->plan->openings[op->object].flags & O_ACCMODE) == O_RDWR;
	uint64_t end = op->offset + op->size;
	int64_t status;
	size_t size;
	uint8_t *map;

	perform_from_memory(w);
	if (!f->map || end > ((f->map_size + 4095) & ~(size_t)4095)) {
		status = perform_map(w, op->object);
		if (status)
			return status;
	}
	size = __atomic_load_n(&f->map_size, __ATOMIC_ACQUIRE);
	map = __atomic_load_n(&f->map, __ATOMIC_ACQUIRE);
	if (end > size)
		end = size;
	if (!perform_pages(w, map + op->offset, map + end, writes))
		return -EIO;
	w->untimed = perform_from_memory(w) && !writes;
	return end > op->offset ? (int64_t)op->size : -EFAULT;
}

/* ---- all else ---- */

static int64_t perform_range(struct worker *w, int fd, const struct op *op)
{
	const struct plan_range *range = &w->run->plan->ranges[op->size];
	off_t at = (off_t)op->offset, length = (off_t)range->length;
	int status = op->kind == OP_FALLOCATE ? fallocate(fd, (int)range->mode, at, length)
	                                      : sync_file_range(fd, at, length, range->mode);

	return status ? -errno : 0;
}

/* Two threads may begin to list one folder; the first one's list is both's. */
static int perform_list_begin(struct open_file *f)
{
	int copy = fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
	void *list = copy < 0 ? NULL : fdopendir(copy), *none = NULL;

	if (!list) {
		if (copy >= 0)
			close(copy);
		return -ENOTDIR;
	}
	if (!__atomic_compare_exchange_n(&f->more, &none, list, false, __ATOMIC_SEQ_CST,
	                                 __ATOMIC_SEQ_CST))
		closedir(list);
	return 0;
}

static int64_t perform_list(struct open_file *f)
{
	int status = f->more ? 0 : perform_list_begin(f);

	if (status)
		return status;
	errno = 0;
	if (readdir(f->more))
		return 1;
	return -errno;
}

static int64_t perform_rewind(struct open_file *f)
{
	if (f->more)
		rewinddir(f->more);
	return 0;
}

static int64_t perform_descriptor(struct worker *w, const struct op *op)
{
	struct open_file *f = &w->files[op->object];
	int fd = f->fd;
	off_t at = (off_t)op->offset;
	struct stat about;
	struct statfs system;
	int64_t n;

	switch (op->kind) {
	case OP_CLOSE: return perform_close(f);
	case OP_MAP: return perform_map(w, op->object);
	case OP_UNMAP:
		if (!op->offset)
			perform_unmap(f);
		return 0;
	case OP_MSYNC: return durable_msync(w, op);
	default: break;
	}
	if (fd < 0)
		return -EBADF;
	switch (op->kind) {
	case OP_SEEK:
	case OP_SEEK_END: n = lseek(fd, at, (int)op->size); break;
	case OP_FSYNC: n = fsync(fd); break;
	case OP_FDATASYNC: n = fdatasync(fd); break;
	case OP_SYNCFS: n = syncfs(fd); break;
	case OP_ADVISE:
		n = -posix_fadvise(fd, at, (off_t)(op->size >> 8) << 12, (int)(op->size & 0xff));
		return n;
	case OP_SYNC_RANGE:
	case OP_FALLOCATE: return perform_range(w, fd, op);
	case OP_FTRUNCATE: n = ftruncate(fd, at); break;
	case OP_FSTAT: n = fstat(fd, &about); break;
	case OP_FSTATFS: n = fstatfs(fd, &system); break;
	case OP_FCHMOD: n = fchmod(fd, 0755); break;
	case OP_FUTIME: n = futimens(fd, NULL); break;
	case OP_LINK_OPEN: return name_link_open(w, op);
	case OP_LIST: return perform_list(f);
	case OP_REWIND: return perform_rewind(f);
	default: return -ENOSYS;
	}
	return n < 0 ? -errno : n;
}

int64_t perform(struct worker *w, const struct op *op)
{
	switch (op->kind) {
	case OP_NONE: return 0;
	case OP_OPEN: return name_open(w, op);
	case OP_SYNC: return durable_sync(w);
	case OP_TOUCH:
	case OP_TOUCH_WRITE: return perform_touch(w, op);
	default: break;
	}
	switch (op_needs(op->kind)) {
	case 'r':
	case 'w': return w->files[op->object].fd < 0 ? -EBADF : perform_transfer(w, op);
	case 'p': return name_perform(w, op);
	default: return perform_descriptor(w, op);
	}
}

void perform_close_all(struct open_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (files[i].more)
			closedir(files[i].more);
		if (files[i].fd >= 0)
			close(files[i].fd);
		perform_unmap(&files[i]);
	}
}
