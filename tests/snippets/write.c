/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("made", O_CREAT | O_RDWR, 0644);
	row("made", 0, 10, write(fd, buffer, 10));
	row("made", 10, 0, write(fd, buffer, 0));
	row("made", 10, 50, write(fd, buffer, 50));
	lseek(fd, 5, SEEK_SET);
	row("made", 5, 1, write(fd, buffer, 1));

	/* O_APPEND: where the file ends now, whoever made it longer. */
	int end = open("data", O_WRONLY | O_APPEND);
	row("data", DATA_BYTES, 10, write(end, buffer, 10));
	int other = data_fd(O_WRONLY | O_APPEND);
	row("data", DATA_BYTES + 10, 5, write(other, buffer, 5));
	row("data", DATA_BYTES + 15, 5, write(end, buffer, 5));

	row(ANYWHERE, -1, 5, write(pipe_fds[1], buffer, 5));
	row(NOWHERE, -1, 10, write(BAD_FD, buffer, 10));
	int read_only = open("data", O_RDONLY);
	row("data", ANY, 10, write(read_only, buffer, 10));
	int full = open("/dev/full", O_WRONLY);
	row(ANYWHERE, ANY, 10, write(full, buffer, 10));
}
