/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_names FOLDER: makes, moves, links and removes names by io_uring's operations, one
 * after the other; prints what each returned.
 */
#include <fcntl.h>
#include <liburing.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct io_uring ring;

static int made(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0644);

	return fd < 0 || write(fd, name, strlen(name)) < 0 || close(fd);
}

static int done(const char *what)
{
	struct io_uring_cqe *cqe;

	if (io_uring_submit_and_wait(&ring, 1) != 1 || io_uring_peek_cqe(&ring, &cqe))
		return -1;
	printf("%s %d\n", what, cqe->res);
	io_uring_cqe_seen(&ring, cqe);
	return 0;
}

#define DO(what, prepare, ...)                                                                     \
	({                                                                                         \
		io_uring_prep_##prepare(io_uring_get_sqe(&ring), __VA_ARGS__);                     \
		if (done(what))                                                                    \
			return 1;                                                                  \
	})

int main(int count, char **words)
{
	if (count != 2 || chdir(words[1]))
		return 2;
	if (io_uring_queue_init(4, &ring, 0))
		return 77;
	if (made("a") || made("b") || made("in"))
		return 1;
	DO("mkdirat", mkdirat, AT_FDCWD, "d", 0755);
	int d = open("d", O_RDONLY | O_DIRECTORY);
	DO("renameat", renameat, AT_FDCWD, "a", d, "moved", 0);
	DO("renameat", renameat, AT_FDCWD, "b", d, "moved", 1 /* RENAME_NOREPLACE */);
	DO("linkat", linkat, d, "moved", AT_FDCWD, "linked", 0);
	DO("symlinkat", symlinkat, "moved", d, "lead");
	DO("symlinkat", symlinkat, "elsewhere", d, "lead");
	DO("mkdirat", mkdirat, d, "gone", 0755);
	DO("unlinkat", unlinkat, d, "gone", AT_REMOVEDIR);
	DO("unlinkat", unlinkat, AT_FDCWD, "in", 0);
	DO("renameat", renameat, AT_FDCWD, "b", AT_FDCWD, "in", 0);
	io_uring_queue_exit(&ring);
	return made("d/lead");
}
