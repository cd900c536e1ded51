/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDWR), fds[2];
	syscall(SYS_pipe2, fds, 0);
	ssize_t moved = splice(fd, NULL, fds[1], NULL, 10, 0);
	row("data", 0, 10, moved);
	expect("splice.out", ANYWHERE, -1, 10, moved);
	off64_t from = 50, to = 200;
	moved = splice(fd, &from, fds[1], NULL, 20, 0);
	row("data", 50, 20, moved);
	expect("splice.out", ANYWHERE, -1, 20, moved);
	moved = splice(fds[0], NULL, fd, &to, 30, 0);
	row(ANYWHERE, -1, 30, moved);
	expect("splice.out", "data", 200, 30, moved);
	moved = splice(fd, NULL, BAD_FD, NULL, 10, 0);
	row("data", 10, 10, moved);
	expect("splice.out", NOWHERE, -1, 10, moved);
	ssize_t got = read(fd, buffer, 5);
	expect("read", "data", 10, 5, got);
}
