/* SPDX-License-Identifier: Apache-2.0
 *
 * uring FILE ENTRIES OPERATIONS WORD…: reads FILE's blocks in a shuffled order
 * through liburing and prints what came of each: offset and result. Words:
 *   fixed    registered file and buffers      sqpoll   the kernel's own thread
 *   vector   readv                            peek     completions without a wait
 *   write    writes instead of reads          position the file's position
 *   late     the file is opened after the ring exists
 *   open     opened and closed by operations  same     one user_data for all
 *   leave    the ring is not closed
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK   4096
#define BUFFERS 1024 /* of them; as much memory as anyone may have pinned, by half */

static char **words;
static struct iovec parts[4096][2];

static int has(const char *word)
{
	for (char **w = words; *w; w++)
		if (!strcmp(*w, word))
			return 1;
	return 0;
}

static void must(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror((int)-result));
	exit(result == -ENOSYS || result == -EPERM ? 77 : 1);
}

static char *buffer_of(unsigned n)
{
	static char *memory;
	if (!memory && posix_memalign((void **)&memory, BLOCK, BUFFERS * BLOCK))
		exit(1);
	return memory + (size_t)(n % BUFFERS) * BLOCK;
}

static void prepare(struct io_uring_sqe *sqe, int fd, unsigned n, long offset)
{
	char *buffer = buffer_of(n);
	if (has("vector")) {
		struct iovec *v = parts[n % 4096];
		v[0] = (struct iovec){buffer, 1024};
		v[1] = (struct iovec){buffer + 1024, BLOCK - 1024};
		has("write") ? io_uring_prep_writev(sqe, fd, v, 2, offset)
		             : io_uring_prep_readv(sqe, fd, v, 2, offset);
	} else if (has("fixed")) {
		has("write") ? io_uring_prep_write_fixed(sqe, 0, buffer, BLOCK, offset, 0)
		             : io_uring_prep_read_fixed(sqe, 0, buffer, BLOCK, offset, 0);
		sqe->flags |= IOSQE_FIXED_FILE;
	} else {
		has("write") ? io_uring_prep_write(sqe, fd, buffer, BLOCK, offset)
		             : io_uring_prep_read(sqe, fd, buffer, BLOCK, offset);
	}
	sqe->user_data = has("same") ? 7 : n + 1;
}

/* With SQPOLL the kernel's thread may show an operation completed before it shows
 * its entry free. */
static struct io_uring_sqe *entry_of(struct io_uring *ring)
{
	struct io_uring_sqe *sqe;
	while (!(sqe = io_uring_get_sqe(ring)))
		must(io_uring_sqring_wait(ring), "sqring_wait");
	return sqe;
}

static long reaped;

static void reap(struct io_uring *ring, const long *offsets, unsigned least)
{
	struct io_uring_cqe *cqe;
	for (unsigned done = 0; done < least; done++) {
		if (!has("peek"))
			must(io_uring_wait_cqe(ring, &cqe), "wait");
		else
			while (io_uring_peek_cqe(ring, &cqe))
				;
		if (has("same"))
			printf("- %d\n", cqe->res);
		else
			printf("%ld %d\n", offsets[cqe->user_data - 1], cqe->res);
		io_uring_cqe_seen(ring, cqe);
		reaped++;
	}
}

static int open_by_ring(struct io_uring *ring, const char *path)
{
	struct io_uring_cqe *cqe;
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	io_uring_prep_openat(sqe, AT_FDCWD, path, O_RDWR, 0);
	must(io_uring_submit(ring), "submit");
	must(io_uring_wait_cqe(ring, &cqe), "wait");
	int fd = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	must(fd, path);
	return fd;
}

static void close_by_ring(struct io_uring *ring, int fd)
{
	struct io_uring_cqe *cqe;
	io_uring_prep_close(io_uring_get_sqe(ring), fd);
	must(io_uring_submit_and_wait(ring, 1), "close");
	must(io_uring_peek_cqe(ring, &cqe), "peek");
	io_uring_cqe_seen(ring, cqe);
}

int main(int count, char **arguments)
{
	struct io_uring ring;
	struct io_uring_params p = {0};
	unsigned entries = (unsigned)atoi(arguments[2]), operations = (unsigned)atoi(arguments[3]);
	long *offsets = calloc(operations, sizeof *offsets);
	words = arguments + (count > 4 ? 4 : count);
	int late = has("late"), fd = late || has("open") ? -1 : open(arguments[1], O_RDWR);
	p.flags = has("sqpoll") ? IORING_SETUP_SQPOLL : 0;
	must(io_uring_queue_init_params(entries, &ring, &p), "queue_init");
	if (late)
		fd = open(arguments[1], O_RDWR);
	if (has("open"))
		fd = open_by_ring(&ring, arguments[1]);
	if (fd < 0)
		return 2;
	struct iovec all = {buffer_of(0), BUFFERS * BLOCK};
	if (has("fixed")) {
		must(io_uring_register_files(&ring, &fd, 1), "register_files");
		must(io_uring_register_buffers(&ring, &all, 1), "register_buffers");
	}
	for (unsigned n = 0; n < operations;) {
		unsigned batch = operations - n < entries ? operations - n : entries;
		for (unsigned i = 0; i < batch; i++, n++) {
			offsets[n] = has("position") ? -1 : (long)(n * 7919ul % operations) * BLOCK;
			prepare(entry_of(&ring), fd, n, offsets[n]);
		}
		must(io_uring_submit(&ring), "submit");
		reap(&ring, offsets, batch);
	}
	if (has("open"))
		close_by_ring(&ring, fd);
	if (!has("leave"))
		io_uring_queue_exit(&ring);
	return reaped == operations ? 0 : 3;
}
