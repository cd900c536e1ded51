/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_flags FILE: writes and reads FILE through liburing, each operation with flags of
 * its own, four at a time; then makes room for more, and cuts it by a call.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096

static struct io_uring ring;
static char block[BLOCK];

static void must(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror((int)-result));
	exit(result == -ENOSYS || result == -EPERM || result == -EOPNOTSUPP ? 77 : 1);
}

static void done(unsigned count, const char *what)
{
	struct io_uring_cqe *cqe;

	must(io_uring_submit(&ring), "submit");
	for (; count; count--) {
		must(io_uring_wait_cqe(&ring, &cqe), "wait");
		must(cqe->res, what);
		io_uring_cqe_seen(&ring, cqe);
	}
}

static void four(int fd, int writes, int flags, long at)
{
	for (long i = 0; i < 4; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
		writes ? io_uring_prep_write(sqe, fd, block, BLOCK, (at + i) * BLOCK)
		       : io_uring_prep_read(sqe, fd, block, BLOCK, (at + i) * BLOCK);
		sqe->rw_flags = flags;
	}
	done(4, "operation");
}

int main(int count, char **words)
{
	int fd = open(words[1], O_CREAT | O_TRUNC | O_RDWR, 0666);
	struct stat about;

	if (count != 2 || fd < 0)
		return 2;
	must(io_uring_queue_init(16, &ring, 0), "io_uring_queue_init");
	four(fd, 1, RWF_DSYNC, 0);
	four(fd, 1, RWF_SYNC, 4);
	four(fd, 1, RWF_APPEND, 0);
	four(fd, 1, RWF_APPEND | RWF_DSYNC, 0);
	four(fd, 1, 0, 0);
	four(fd, 0, RWF_NOWAIT, 12);
	io_uring_prep_fsync(io_uring_get_sqe(&ring), fd, IORING_FSYNC_DATASYNC);
	done(1, "fdatasync");
	if (fstat(fd, &about) || about.st_size != 16 * BLOCK)
		return 3;
	io_uring_prep_fallocate(io_uring_get_sqe(&ring), fd, 0, 8 * BLOCK, 12 * BLOCK);
	done(1, "fallocate");
	if (fstat(fd, &about) || about.st_size != 20 * BLOCK)
		return 4;
	return ftruncate(fd, 18 * BLOCK);
}
