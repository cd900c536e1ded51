/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* PWRITEV(fd, iovec, count, offset); AT_POSITION where offset -1 stands for the
 * file position. */
void snippet(void)
{
	struct iovec parts[] = {{buffer, 10}, {buffer + 100, 0}, {buffer + 200, 20}};
	int fd = open("data", O_RDWR);
	row("data", 40, 30, PWRITEV(fd, parts, 3, 40));
	row("data", 200, 10, PWRITEV(fd, parts, 1, 200));
#ifdef AT_POSITION
	row("data", 0, 30, PWRITEV(fd, parts, 3, -1));
	row("data", 30, 10, PWRITEV(fd, parts, 1, -1));
#else
	row("data", ANY, ANY, PWRITEV(fd, parts, 3, -1));
#endif
	row(ANYWHERE, ANY, ANY, PWRITEV(pipe_fds[1], parts, 3, 0));
	row(NOWHERE, 7, ANY, PWRITEV(BAD_FD, parts, 3, 7));
}
