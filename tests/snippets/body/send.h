/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* SEND(fd, buffer, size, flags) */
void snippet(void)
{
	int fds[2];
	socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
	row(ANYWHERE, -1, 10, SEND(fds[0], buffer, 10, 0));
	row(ANYWHERE, -1, ANY, SEND(pipe_fds[1], buffer, 10, 0));
	row(NOWHERE, -1, ANY, SEND(BAD_FD, buffer, 10, 0));
	syscall(SYS_close, fds[1]);
	row(ANYWHERE, -1, ANY, SEND(fds[0], buffer, 10, MSG_NOSIGNAL));
}
