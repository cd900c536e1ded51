/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* READ(fd, buffer, size) */
void snippet(void)
{
	int fd = open("data", O_RDWR);
	row("data", 0, 10, READ(fd, buffer, 10));
	row("data", 10, 0, READ(fd, buffer, 0));
	row("data", 10, 200, READ(fd, buffer, 200));
	row("data", DATA_BYTES, 10, READ(fd, buffer, 10));
	lseek(fd, 50, SEEK_SET);
	int copy = dup(fd);
	row("data", 50, 10, READ(copy, buffer, 10));
	row("data", 60, 10, READ(fd, buffer, 10));
	int again = data_fd(O_RDONLY);
	row("data", 0, 10, READ(again, buffer, 10));

	row(ANYWHERE, -1, 20, READ(pipe_fds[0], buffer, 20));
	row(NOWHERE, -1, 10, READ(BAD_FD, buffer, 10));
	row(NOWHERE, -1, 10, READ(-1, buffer, 10));
	int write_only = open("data", O_WRONLY);
	row("data", ANY, 10, READ(write_only, buffer, 10));
	int folder = open(".", O_RDONLY);
	row(".", ANY, 10, READ(folder, buffer, 10));
}
