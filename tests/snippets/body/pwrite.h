/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDWR);
	row("data", 40, 10, PWRITE(fd, buffer, 10, 40));
	row("data", 9000, 10, PWRITE(fd, buffer, 10, 9000));
	/* The file position stayed where it was. */
	ssize_t put = write(fd, buffer, 5);
	expect("write", "data", 0, 5, put);
	row("data", ANY, 10, PWRITE(fd, buffer, 10, -5));
	row(ANYWHERE, ANY, 10, PWRITE(pipe_fds[1], buffer, 10, 0));
	row(NOWHERE, 7, 10, PWRITE(BAD_FD, buffer, 10, 7));
}
