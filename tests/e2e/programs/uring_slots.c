/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_slots FOLDER: operations on registered files that operations change, and
 * operations that ask for no completion. Prints what was read and written: file,
 * offset and result.
 */
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK   512
#define INSTALL 54 /* IORING_OP_FIXED_FD_INSTALL */

static struct io_uring ring;
static char buffer[BLOCK];

static void must(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror((int)-result));
	exit(1);
}

/* Hands over what was filled in, and takes `count` completions. Returns the last. */
static int done(int count, const char *what)
{
	struct io_uring_cqe *cqe;
	int result = 0;
	must(io_uring_submit(&ring), "submit");
	while (count-- > 0) {
		must(io_uring_wait_cqe(&ring, &cqe), "wait");
		result = cqe->res;
		must(result, what);
		io_uring_cqe_seen(&ring, cqe);
	}
	return result;
}

static struct io_uring_sqe *entry(unsigned flags)
{
	struct io_uring_sqe *made = io_uring_get_sqe(&ring);
	memset(made, 0, sizeof *made);
	made->flags = (__u8)flags;
	return made;
}

static struct io_uring_sqe *prepare(int slot, long offset, int write, unsigned flags)
{
	struct io_uring_sqe *made = entry(0);
	if (write)
		io_uring_prep_write(made, slot, buffer, BLOCK, (unsigned long)offset);
	else
		io_uring_prep_read(made, slot, buffer, BLOCK, (unsigned long)offset);
	made->flags = (__u8)flags;
	return made;
}

static void read_slot(int slot, const char *name, long offset)
{
	prepare(slot, offset, 0, IOSQE_FIXED_FILE);
	printf("%s %ld %d\n", name, offset, done(1, name));
}

static void open_slot(const char *name, unsigned slot)
{
	struct io_uring_sqe *made = entry(0);
	io_uring_prep_openat(made, AT_FDCWD, name, O_RDWR, 0);
	made->file_index = slot == IORING_FILE_INDEX_ALLOC ? slot : slot + 1;
}

static void swap_by_operations(void)
{
	int fd = open("b", O_RDWR);
	open_slot("a", 0);
	done(1, "open");
	read_slot(0, "a", 0);
	io_uring_prep_files_update(entry(0), &fd, 1, 0);
	done(1, "update");
	read_slot(0, "b", 1 * BLOCK);
	open_slot("c", 0);
	done(1, "open again");
	read_slot(0, "c", 2 * BLOCK);
	open_slot("a", IORING_FILE_INDEX_ALLOC);
	int slot = done(1, "open anywhere");
	read_slot(slot, "a", 3 * BLOCK);
	must(io_uring_register_files_update(&ring, (unsigned)slot, &fd, 1), "register");
	read_slot(slot, "b", 4 * BLOCK);
	io_uring_prep_close_direct(entry(0), (unsigned)slot);
	done(1, "close");
	open_slot("c", (unsigned)slot);
	done(1, "open where something was closed");
	read_slot(slot, "c", 5 * BLOCK);
}

static void become_a_socket(void)
{
	int pair[2];
	io_uring_prep_socket_direct(entry(0), AF_UNIX, SOCK_DGRAM, 0, 2, 0);
	done(1, "socket");
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "pair");
	must(write(pair[1], buffer, 10), "write");
	must(io_uring_register_files_update(&ring, 2, &pair[0], 1), "register");
	prepare(2, 0, 0, IOSQE_FIXED_FILE);
	if (done(1, "socket") != 10)
		exit(1);
}

static void be_installed(void)
{
	struct io_uring_sqe *made = entry(IOSQE_FIXED_FILE);
	made->opcode = INSTALL;
	made->fd = 0;
	must(io_uring_submit(&ring), "submit");
	struct io_uring_cqe *cqe;
	must(io_uring_wait_cqe(&ring, &cqe), "wait");
	int fd = cqe->res;
	io_uring_cqe_seen(&ring, cqe);
	if (fd < 0)
		return;
	printf("c %d %ld\n", 6 * BLOCK, (long)pread(fd, buffer, BLOCK, 6 * BLOCK));
	prepare(fd, 7 * BLOCK, 0, 0);
	printf("c %d %d\n", 7 * BLOCK, done(1, "installed"));
}

/* What is linked behind an operation tells that it succeeded. */
static void chains(int fd)
{
	const unsigned quiet = IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_LINK;
	prepare(fd, 8 * BLOCK, 1, quiet);
	prepare(fd, 9 * BLOCK, 1, quiet);
	struct io_uring_sqe *made = entry(0);
	io_uring_prep_fsync(made, fd, 0);
	made->flags = quiet;
	prepare(fd, 8 * BLOCK, 0, 0)->user_data = 1;
	printf("a %d %d\n", 8 * BLOCK, BLOCK);
	printf("a %d %d\n", 9 * BLOCK, BLOCK);
	printf("a %d %d\n", 8 * BLOCK, done(1, "chain"));
	/* The first ends short behind the end of the file: the rest never begins, and
	 * nobody tells so. */
	prepare(fd, 1 << 20, 0, quiet);
	prepare(fd, 0, 0, 0)->user_data = 1;
	done(1, "short");
	printf("a %d 0\n", 1 << 20);
	/* Here it can't be told which of the two it was. */
	prepare(fd, 1 << 20, 0, quiet);
	prepare(fd, 0, 0, 0);
	done(1, "short");
	/* But here it can. */
	prepare(fd, 10 * BLOCK, 0, quiet);
	prepare(fd, 11 * BLOCK, 0, 0);
	printf("a %d %d\n", 10 * BLOCK, BLOCK);
	printf("a %d %d\n", 11 * BLOCK, done(1, "whole"));
	/* Nobody tells of this one. */
	prepare(fd, 0, 0, IOSQE_CQE_SKIP_SUCCESS);
	must(io_uring_submit(&ring), "submit");
}

int main(int count, char **arguments)
{
	(void)count;
	must(chdir(arguments[1]), arguments[1]);
	if (io_uring_queue_init(8, &ring, 0) < 0)
		return 77;
	must(io_uring_register_files_sparse(&ring, 4), "sparse");
	int fd = open("a", O_RDWR);
	must(fd, "a");
	swap_by_operations();
	become_a_socket();
	be_installed();
	chains(fd);
	io_uring_queue_exit(&ring);
	return 0;
}
