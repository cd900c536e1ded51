/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* RECV(fd, buffer, size, flags) */
void snippet(void)
{
	int fds[2];
	socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
	syscall(SYS_write, fds[1], buffer, 30);
	row(ANYWHERE, -1, 10, RECV(fds[0], buffer, 10, 0));
	row(ANYWHERE, -1, 100, RECV(fds[0], buffer, 100, MSG_PEEK));
	row(ANYWHERE, -1, 100, RECV(fds[0], buffer, 100, 0));
	row(ANYWHERE, -1, ANY, RECV(fds[0], buffer, 10, MSG_DONTWAIT));
	row(ANYWHERE, -1, ANY, RECV(pipe_fds[0], buffer, 10, 0));
	row(NOWHERE, -1, ANY, RECV(BAD_FD, buffer, 10, 0));
}
