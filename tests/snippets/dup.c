/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY), copy = dup(fd);
	meta("data", copy);
	ssize_t got = read(copy, buffer, 10);
	expect("read", "data", 0, 10, got);
	close(fd);
	got = read(copy, buffer, 10);
	expect("read", "data", 10, 10, got);
	meta(NOWHERE, dup(BAD_FD));
	meta(ANYWHERE, dup(pipe_fds[0]));
}
