/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

static volatile int negative = -1;

void snippet(void)
{
	struct iovec parts[] = {{buffer, 10}, {buffer + 100, 0}, {buffer + 200, 20}};
	int fd = open("made", O_CREAT | O_RDWR, 0644);
	row("made", 0, 30, writev(fd, parts, 3));
	row("made", 30, 10, writev(fd, parts, 1));
	int end = open("data", O_WRONLY | O_APPEND);
	row("data", DATA_BYTES, 30, writev(end, parts, 3));
	row("made", ANY, ANY, writev(fd, parts, negative));
	row(ANYWHERE, -1, 30, writev(pipe_fds[1], parts, 3));
	row(NOWHERE, -1, ANY, writev(BAD_FD, parts, 3));
}
