/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* PREAD(fd, buffer, size, offset) */
void snippet(void)
{
	int fd = open("data", O_RDONLY);
	row("data", 40, 10, PREAD(fd, buffer, 10, 40));
	row("data", 95, 10, PREAD(fd, buffer, 10, 95));
	row("data", 5000, 10, PREAD(fd, buffer, 10, 5000));
	/* The file position stayed where it was. */
	ssize_t got = read(fd, buffer, 5);
	expect("read", "data", 0, 5, got);
	row("data", ANY, 10, PREAD(fd, buffer, 10, -5));
	row(ANYWHERE, ANY, 10, PREAD(pipe_fds[0], buffer, 10, 0));
	row(NOWHERE, 7, 10, PREAD(BAD_FD, buffer, 10, 7));
}
