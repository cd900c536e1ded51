/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/operation.h"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>

#include "event.h"
#include "file/file.h"
#include "file/path.h"
#include "peek.h"
#include "uring/fixed.h"
#include "base/room.h"

/* Newer than the headers this may be built with. */
#define OPERATION_MKDIRAT        37
#define OPERATION_SYMLINKAT      38
#define OPERATION_LINKAT         39
#define OPERATION_SEND_ZC        47
#define OPERATION_SENDMSG_ZC     48
#define OPERATION_READ_MULTISHOT 49
#define OPERATION_FTRUNCATE      55
#define OPERATION_SOCKET         45
#define OPERATION_READV_FIXED    60
#define OPERATION_WRITEV_FIXED   61
#define OPERATION_PIPE           62

enum operation_kind {
	OPERATION_OTHER = 0,
	OPERATION_DATA,   /* descriptor, offset, bytes */
	OPERATION_VECTOR, /* the same with an iovec */
	OPERATION_STREAM, /* descriptor, bytes */
	OPERATION_SPLICE, /* a descriptor and an offset on either side */
	OPERATION_FILE,   /* descriptor alone */
	OPERATION_RANGE,  /* descriptor, and what its file is to hold */
	OPERATION_CUT,    /* descriptor, and the size that its file is to have */
	OPERATION_PATH,   /* directory and path */
	OPERATION_LEADS,  /* the text of a link, directory and path */
	OPERATION_NAMES,  /* two directories and paths */
	OPERATION_OPEN,
	OPERATION_CLOSE,
};

static const struct {
	uint16_t call;
	uint8_t kind, write;
} operation_kinds[] = {
        [IORING_OP_READV] = {AIOT_CALL_uring_readv, OPERATION_VECTOR, 0},
        [IORING_OP_WRITEV] = {AIOT_CALL_uring_writev, OPERATION_VECTOR, 1},
        [IORING_OP_FSYNC] = {AIOT_CALL_uring_fsync, OPERATION_FILE, 0},
        [IORING_OP_READ_FIXED] = {AIOT_CALL_uring_read_fixed, OPERATION_DATA, 0},
        [IORING_OP_WRITE_FIXED] = {AIOT_CALL_uring_write_fixed, OPERATION_DATA, 1},
        [IORING_OP_SYNC_FILE_RANGE] = {AIOT_CALL_uring_sync_file_range, OPERATION_DATA, 0},
        [IORING_OP_SENDMSG] = {AIOT_CALL_uring_sendmsg, OPERATION_FILE, 0},
        [IORING_OP_RECVMSG] = {AIOT_CALL_uring_recvmsg, OPERATION_FILE, 0},
        [IORING_OP_FALLOCATE] = {AIOT_CALL_uring_fallocate, OPERATION_RANGE, 0},
        [IORING_OP_OPENAT] = {AIOT_CALL_uring_openat, OPERATION_OPEN, 0},
        [IORING_OP_CLOSE] = {AIOT_CALL_uring_close, OPERATION_CLOSE, 0},
        [IORING_OP_SPLICE] = {AIOT_CALL_uring_splice, OPERATION_SPLICE, 0},
        [IORING_OP_STATX] = {AIOT_CALL_uring_statx, OPERATION_PATH, 0},
        [IORING_OP_READ] = {AIOT_CALL_uring_read, OPERATION_DATA, 0},
        [IORING_OP_WRITE] = {AIOT_CALL_uring_write, OPERATION_DATA, 1},
        [IORING_OP_SEND] = {AIOT_CALL_uring_send, OPERATION_STREAM, 0},
        [IORING_OP_RECV] = {AIOT_CALL_uring_recv, OPERATION_STREAM, 0},
        [IORING_OP_OPENAT2] = {AIOT_CALL_uring_openat2, OPERATION_OPEN, 0},
        [IORING_OP_UNLINKAT] = {AIOT_CALL_uring_unlinkat, OPERATION_PATH, 0},
        [IORING_OP_RENAMEAT] = {AIOT_CALL_uring_renameat, OPERATION_NAMES, 0},
        [OPERATION_MKDIRAT] = {AIOT_CALL_uring_mkdirat, OPERATION_PATH, 0},
        [OPERATION_SYMLINKAT] = {AIOT_CALL_uring_symlinkat, OPERATION_LEADS, 0},
        [OPERATION_LINKAT] = {AIOT_CALL_uring_linkat, OPERATION_NAMES, 0},
        [OPERATION_SEND_ZC] = {AIOT_CALL_uring_send, OPERATION_STREAM, 0},
        [OPERATION_SENDMSG_ZC] = {AIOT_CALL_uring_sendmsg, OPERATION_FILE, 0},
        [OPERATION_READ_MULTISHOT] = {AIOT_CALL_uring_read, OPERATION_DATA, 0},
        [OPERATION_FTRUNCATE] = {AIOT_CALL_uring_ftruncate, OPERATION_CUT, 0},
        [OPERATION_READV_FIXED] = {AIOT_CALL_uring_readv, OPERATION_VECTOR, 0},
        [OPERATION_WRITEV_FIXED] = {AIOT_CALL_uring_writev, OPERATION_VECTOR, 1},
};

static int operation_kind(uint8_t opcode)
{
	size_t known = sizeof operation_kinds / sizeof *operation_kinds;
	return opcode < known ? operation_kinds[opcode].kind : OPERATION_OTHER;
}

bool operation_moves(uint8_t opcode)
{
	int kind = operation_kind(opcode);
	return opcode != IORING_OP_SYNC_FILE_RANGE &&
	       (kind == OPERATION_DATA || kind == OPERATION_VECTOR || kind == OPERATION_STREAM ||
	        kind == OPERATION_SPLICE);
}

static uint64_t operation_vector_bytes(uint64_t from, uint32_t count)
{
	struct iovec parts[32] = {0};
	uint64_t bytes = 0;
	while (count > 0) {
		uint32_t some = count < 32 ? count : 32;
		if (!peek(parts, (const void *)(uintptr_t)from, some * sizeof *parts))
			return bytes;
		for (uint32_t i = 0; i < some; i++)
			bytes += parts[i].iov_len;
		from += some * sizeof *parts;
		count -= some;
	}
	return bytes;
}

/* The string may end just before memory that is not there: a page at a time. */
static bool operation_copy_path(char path[PATH_BYTES], uint64_t from)
{
	for (size_t done = 0; done < PATH_BYTES;) {
		size_t some = 4096 - (from + done) % 4096;
		if (some > PATH_BYTES - done)
			some = PATH_BYTES - done;
		if (!peek(path + done, (const void *)(uintptr_t)(from + done), some))
			return false;
		if (memchr(path + done, '\0', some))
			return true;
		done += some;
	}
	return false;
}

static struct fd operation_file(const char *name)
{
	thread_self.busy++;
	struct file file = file_named(name, NULL);
	thread_self.busy--;
	return (struct fd){.file = file.id, .stage = file.stage};
}

static bool operation_name(int directory, uint64_t from, char name[PATH_BYTES])
{
	ROOM(path);
	if (!from || !operation_copy_path(path, from))
		return false;
	thread_self.busy++;
	path_absolute(directory, path, name);
	thread_self.busy--;
	return true;
}

static struct fd operation_named(int directory, uint64_t from)
{
	ROOM(name);
	return operation_name(directory, from, name) ? operation_file(name) : (struct fd){0};
}

/* The same of a name that is to go, or to stand for another file. */
static struct fd operation_renamed(int directory, uint64_t from)
{
	ROOM(name);
	if (!operation_name(directory, from, name))
		return (struct fd){0};
	struct fd named = operation_file(name);
	thread_self.busy++;
	file_forget(name);
	thread_self.busy--;
	return named;
}

static void operation_on_file(struct uring *ring, struct operation *made,
                              const struct io_uring_sqe *entry)
{
	struct flight *flight = &made->flight;
	bool fixed = entry->flags & IOSQE_FIXED_FILE;
	flight->fd = fixed ? fixed_look(ring, (uint32_t)entry->fd) : fd_look(entry->fd);
	flight->descriptor = fixed ? -1 : entry->fd;
	const struct description *held = flight->fd.description;
	if (!fixed && !ring->settled && held && held->handle > ring->opened) {
		/* The number may have been another file's: better none than a wrong one. */
		flight->fd = (struct fd){0};
		return;
	}
	if (held && held->traits & DESCRIPTION_UNWANTED)
		flight->call = AIOT_CALL_NONE;
}

static void operation_on_data(struct operation *made, const struct io_uring_sqe *entry, int kind)
{
	made->flight.size = kind == OPERATION_VECTOR
	                            ? operation_vector_bytes(entry->addr, entry->len)
	                            : entry->len;
	made->flight.aux = (uint32_t)entry->rw_flags;
	if (kind == OPERATION_STREAM)
		return;
	made->flight.offset = (int64_t)entry->off;
	made->at_position = made->flight.offset == -1;
}

static void operation_on_size(struct operation *made, const struct io_uring_sqe *entry, int kind)
{
	if (kind == OPERATION_CUT) {
		made->flight.size = entry->off;
		return;
	}
	made->flight.offset = (int64_t)entry->off;
	made->flight.size = entry->addr;
	made->flight.aux = entry->len;
}

/* One side is a pipe: the event is about the other, which may have an offset. */
static void operation_on_splice(struct uring *ring, struct operation *made,
                                const struct io_uring_sqe *entry)
{
	bool fixed = entry->splice_flags & SPLICE_F_FD_IN_FIXED;
	struct io_uring_sqe in = {.fd = entry->splice_fd_in, .flags = fixed ? IOSQE_FIXED_FILE : 0};
	operation_on_file(ring, made, &in);
	made->flight.offset = (int64_t)entry->splice_off_in;
	if (made->flight.fd.kind == AIOT_FILE_PIPE) {
		made->flight.call = AIOT_CALL_uring_splice_out;
		made->flight.write = 1;
		operation_on_file(ring, made, entry);
		made->flight.offset = (int64_t)entry->off;
	}
	made->flight.size = entry->len;
	made->flight.aux = entry->splice_flags;
	made->at_position = made->flight.offset == -1;
}

static void operation_on_open(struct operation *made, const struct io_uring_sqe *entry)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = {0};
	made->flight.fd = operation_named(entry->fd, entry->addr);
	made->flight.aux = entry->open_flags;
	if (entry->opcode == IORING_OP_OPENAT2 &&
	    peek(&how, (const void *)(uintptr_t)entry->addr2, sizeof how))
		made->flight.aux = (uint32_t)how.flags;
	made->opens = true;
	made->slot = entry->file_index;
}

static void operation_on_path(struct operation *made, const struct io_uring_sqe *entry)
{
	made->flight.fd = entry->opcode == IORING_OP_UNLINKAT
	                          ? operation_renamed(entry->fd, entry->addr)
	                          : operation_named(entry->fd, entry->addr);
}

static void operation_on_names(struct operation *made, const struct io_uring_sqe *entry)
{
	struct fd (*look)(int, uint64_t) =
	        entry->opcode == IORING_OP_RENAMEAT ? operation_renamed : operation_named;
	made->flight.size = (uint32_t)entry->rw_flags;
	made->flight.fd = look(entry->fd, entry->addr);
	made->flight.aux = look((int)entry->len, entry->addr2).file;
}

/* Where a link is to lead. */
static void operation_on_text(struct operation *made, const struct io_uring_sqe *entry)
{
	ROOM(text);
	ROOM(name);
	made->flight.aux = 0;
	if (!operation_name(entry->fd, entry->addr2, name))
		return;
	made->flight.fd = operation_file(name);
	if (!operation_copy_path(text, entry->addr))
		return;
	const char *target = path_of_text(text, name);
	made->flight.aux = target ? operation_named(AT_FDCWD, (uintptr_t)target).file : 0;
}

static void operation_on_close(struct uring *ring, struct operation *made,
                               const struct io_uring_sqe *entry)
{
	if (entry->file_index) {
		made->flight.fd = fixed_look(ring, entry->file_index - 1);
		fixed_put(ring, entry->file_index - 1, (struct fd){0});
		return;
	}
	operation_on_file(ring, made, entry);
	made->closes = true;
}

static void operation_on_update(struct uring *ring, const struct io_uring_sqe *entry)
{
	int fds[64];
	uint32_t some, first = (uint32_t)entry->off;
	if (first == IORING_FILE_INDEX_ALLOC)
		return;
	for (uint32_t done = 0; done < entry->len; done += some) {
		some = entry->len - done < 64 ? entry->len - done : 64;
		if (!peek(fds, (const int *)(uintptr_t)entry->addr + done, some * sizeof *fds))
			return;
		fixed_set(ring, first + done, fds, some);
	}
}

/* What moves no data may yet put something where a registered file was. */
static void operation_on_others(struct uring *ring, const struct io_uring_sqe *entry)
{
	switch (entry->opcode) {
	case IORING_OP_FILES_UPDATE: operation_on_update(ring, entry); break;
	case IORING_OP_ACCEPT:
	case OPERATION_SOCKET:
	case OPERATION_PIPE:
		if (entry->file_index && entry->file_index != IORING_FILE_INDEX_ALLOC)
			fixed_put(ring, entry->file_index - 1, (struct fd){0});
		break;
	default: break;
	}
}

struct operation operation_of(struct uring *ring, const struct io_uring_sqe *entry)
{
	int kind = operation_kind(entry->opcode);
	struct operation made = {.user_data = entry->user_data, .opcode = entry->opcode};
	made.linked = entry->flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK);
	made.flight =
	        (struct flight){.offset = -1, .call = AIOT_CALL_uring_other, .aux = entry->opcode};
	if (kind == OPERATION_OTHER) {
		operation_on_others(ring, entry);
		return made;
	}
	made.flight.call = operation_kinds[entry->opcode].call;
	made.flight.write = operation_kinds[entry->opcode].write;
	made.flight.aux = entry->rw_flags;
	switch (kind) {
	case OPERATION_DATA:
	case OPERATION_VECTOR:
	case OPERATION_STREAM:
		operation_on_file(ring, &made, entry);
		operation_on_data(&made, entry, kind);
		break;
	case OPERATION_SPLICE: operation_on_splice(ring, &made, entry); break;
	case OPERATION_RANGE:
	case OPERATION_CUT:
		operation_on_file(ring, &made, entry);
		operation_on_size(&made, entry, kind);
		break;
	case OPERATION_PATH: operation_on_path(&made, entry); break;
	case OPERATION_LEADS: operation_on_text(&made, entry); break;
	case OPERATION_NAMES: operation_on_names(&made, entry); break;
	case OPERATION_OPEN: operation_on_open(&made, entry); break;
	case OPERATION_CLOSE: operation_on_close(ring, &made, entry); break;
	default: operation_on_file(ring, &made, entry); break;
	}
	return made;
}

/* Where a read or write at the file's position began. */
static void operation_at_position(struct flight *flight, int64_t moved)
{
	struct description *held = flight->fd.description;
	if (!held || !(held->traits & DESCRIPTION_SEEKABLE))
		return;
	if (!(held->traits & DESCRIPTION_ASK) || flight->descriptor < 0) {
		flight->offset = __atomic_fetch_add(&held->position, moved, __ATOMIC_RELAXED);
		return;
	}
	long position = SYS3(lseek, flight->descriptor, 0, SEEK_CUR);
	if (position >= 0) {
		__atomic_store_n(&held->position, position, __ATOMIC_RELAXED);
		flight->offset = position - moved;
	}
}

/* `result` is the descriptor, or 0 where the file went to a registered slot, or
 * that slot if the kernel chose it. A description that is made here is the
 * ring's to let go. */
static void operation_opened(struct uring *ring, struct operation *made, int result, bool polled)
{
	if (made->slot) {
		uint32_t chosen =
		        made->slot == IORING_FILE_INDEX_ALLOC ? (uint32_t)result : made->slot - 1;
		fixed_put(ring, chosen, made->flight.fd);
		return;
	}
	struct fd opened =
	        polled ? fd_look(result) : fd_opened(result, "", false, (int)made->flight.aux);
	if (!opened.description)
		return;
	description_hold(opened.description);
	made->flight.fd = opened;
	if (opened.description->traits & DESCRIPTION_UNWANTED)
		made->flight.call = AIOT_CALL_NONE;
}

void operation_completed(struct uring *ring, struct operation *operation, int result, uint64_t end,
                         bool polled)
{
	if (operation->opens && result >= 0)
		operation_opened(ring, operation, result, polled);
	int64_t offset = operation->flight.offset;
	if (operation->at_position)
		operation_at_position(&operation->flight, result > 0 ? result : 0);
	if (result < 0 && operation->flight.call == AIOT_CALL_uring_symlinkat)
		operation->flight.aux = 0; /* no link leads there */
	flight_store_at(&operation->flight, result, end, polled ? AIOT_EVENT_POLLED : 0);
	operation->flight.offset = offset;
}
