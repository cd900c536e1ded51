/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY), copy = dup2(fd, 40);
	row(ANYWHERE, ANY, ANY, close_range(40, 50, 0));
	ssize_t got = read(copy, buffer, 10);
	expect("read", NOWHERE, -1, 10, got);
	got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
	row(ANYWHERE, ANY, ANY, close_range(50, 40, 0));
	row(ANYWHERE, ANY, ANY, close_range(3, ~0u, 0));
	got = read(fd, buffer, 10);
	expect("read", NOWHERE, -1, 10, got);
	/* Tracing goes on although every descriptor was closed. */
	fd = open("data", O_RDONLY);
	got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
}
