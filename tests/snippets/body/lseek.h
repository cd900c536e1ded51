/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY);
	row("data", 50, 0, LSEEK(fd, 50, SEEK_SET));
	row("data", -10, 0, LSEEK(fd, -10, SEEK_CUR));
	ssize_t got = read(fd, buffer, 5);
	expect("read", "data", 40, 5, got);
	row("data", 0, 0, LSEEK(fd, 0, SEEK_END));
	row("data", 7000, 0, LSEEK(fd, 7000, SEEK_SET));
	row("data", -5, 0, LSEEK(fd, -5, SEEK_SET));
	got = read(fd, buffer, 5);
	expect("read", "data", 7000, 5, got);
	row("data", 0, 0, LSEEK(fd, 0, 77));
	row(ANYWHERE, 0, 0, LSEEK(pipe_fds[0], 0, SEEK_CUR));
	row(NOWHERE, 3, 0, LSEEK(BAD_FD, 3, SEEK_SET));
}
