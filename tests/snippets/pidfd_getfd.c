/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* A copy shares the position. */
void snippet(void)
{
	int self = (int)syscall(SYS_pidfd_open, getpid(), 0), fd = data_fd(O_RDONLY);
	int copy = pidfd_getfd(self, fd, 0);
	row("data", -1, 0, copy);
	expect("read", "data", 0, 10, read(fd, buffer, 10));
	expect("read", "data", 10, 10, read(copy, buffer, 10));
	expect("read", "data", 20, 10, read(fd, buffer, 10));
	row(NOWHERE, -1, 0, pidfd_getfd(self, BAD_FD, 0));
}
