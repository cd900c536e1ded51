/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDWR);
	char *mapped = mmap(NULL, 100, PROT_READ, MAP_SHARED, fd, 0);
	row("data", SOME, 100, munmap(mapped, 100));
}
