/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

static long long address(void *mapped)
{
	return mapped == MAP_FAILED ? -1 : SOME;
}

void snippet(void)
{
	int fd = open("data", O_RDWR);
	ftruncate(fd, 20000);
	row("data", 0, 20000, address(MMAP(NULL, 20000, PROT_READ, MAP_SHARED, fd, 0)));
	row("data", 8192, 100, address(MMAP(NULL, 100, PROT_READ, MAP_PRIVATE, fd, 8192)));
	row("data", 1, 100, address(MMAP(NULL, 100, PROT_READ, MAP_PRIVATE, fd, 1)));
	row("data", 0, 0, address(MMAP(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0)));
	row(NOWHERE, 0, 100, address(MMAP(NULL, 100, PROT_READ, MAP_PRIVATE, BAD_FD, 0)));
}
