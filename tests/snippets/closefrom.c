/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY);
	closefrom(3);
	row(ANYWHERE, ANY, ANY, 0);
	ssize_t got = read(fd, buffer, 10);
	expect("read", NOWHERE, -1, 10, got);
	fd = open("data", O_RDONLY);
	got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
}
