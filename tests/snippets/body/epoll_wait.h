/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* EPOLL_WAIT(fd, events, count) with a timeout of SHORT_MS */
void snippet(void)
{
	struct epoll_event event = {.events = EPOLLIN}, got[4];
	int fd = epoll_create1(0);
	epoll_ctl(fd, EPOLL_CTL_ADD, pipe_fds[0], &event);
	if (EPOLL_WAIT(fd, got, 4) < 0 && errno == ENOSYS)
		exit(77);
	read(pipe_fds[0], buffer, 8);
	row(ANYWHERE, -1, 4, EPOLL_WAIT(fd, got, 4));
}
