/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* PREADV(fd, iovec, count, offset); AT_POSITION where offset -1 stands for the
 * file position. */
void snippet(void)
{
	struct iovec parts[] = {{buffer, 10}, {buffer + 100, 0}, {buffer + 200, 20}};
	int fd = open("data", O_RDONLY);
	row("data", 40, 30, PREADV(fd, parts, 3, 40));
	row("data", 90, 30, PREADV(fd, parts, 3, 90));
#ifdef AT_POSITION
	row("data", 0, 30, PREADV(fd, parts, 3, -1));
	row("data", 30, 10, PREADV(fd, parts, 1, -1));
#else
	row("data", ANY, ANY, PREADV(fd, parts, 3, -1));
#endif
	row(ANYWHERE, ANY, ANY, PREADV(pipe_fds[0], parts, 3, 0));
	row(NOWHERE, 7, ANY, PREADV(BAD_FD, parts, 3, 7));
}
