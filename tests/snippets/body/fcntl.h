/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY), copy = FCNTL(fd, F_DUPFD, 30);
	meta("data", copy);
	ssize_t got = read(copy, buffer, 10);
	expect("read", "data", 0, 10, got);
	meta("data", FCNTL(fd, F_DUPFD_CLOEXEC, 30));
	meta("data", FCNTL(fd, F_DUPFD, -1));
	meta(NOWHERE, FCNTL(BAD_FD, F_DUPFD, 30));

	/* O_APPEND may come later. */
	int end = open("data", O_WRONLY);
	FCNTL(end, F_SETFL, 0);
	row(ANYWHERE, ANY, ANY, 0);
	FCNTL(end, F_SETFL, O_APPEND);
	row(ANYWHERE, ANY, ANY, 0);
	ssize_t put = write(end, buffer, 10);
	expect("write", "data", DATA_BYTES, 10, put);
}
