/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

static volatile int negative = -1;

void snippet(void)
{
	struct iovec parts[] = {{buffer, 10}, {buffer + 100, 0}, {buffer + 200, 20}};
	int fd = open("data", O_RDONLY);
	row("data", 0, 30, readv(fd, parts, 3));
	row("data", 30, 10, readv(fd, parts, 1));
	lseek(fd, 85, SEEK_SET);
	row("data", 85, 30, readv(fd, parts, 3));
	row("data", DATA_BYTES, 30, readv(fd, parts, 3));
	row("data", DATA_BYTES, 0, readv(fd, parts, 0));
	row("data", ANY, ANY, readv(fd, parts, negative));
	row(ANYWHERE, -1, 30, readv(pipe_fds[0], parts, 3));
	row(NOWHERE, -1, ANY, readv(BAD_FD, parts, 3));
}
