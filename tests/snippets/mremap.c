/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

/* Memory of no file is no row. */
void snippet(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, (size_t)page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mremap(memory, (size_t)page, 3 * (size_t)page, MREMAP_MAYMOVE);
	int fd = open("data", O_RDWR);
	char *mapped = mmap(NULL, 100, PROT_READ, MAP_SHARED, fd, 0);
	char *grown = mremap(mapped, 100, 3 * (size_t)page, MREMAP_MAYMOVE);
	row("data", SOME, 3 * page, grown == MAP_FAILED ? -1 : SOME);
	char *small = mremap(grown, 3 * (size_t)page, (size_t)page, 0);
	row("data", SOME, page, small == grown ? SOME : -1);
	void *nowhere = mremap(grown, (size_t)page, 0, 0);
	row("data", SOME, 0, nowhere == MAP_FAILED ? -1 : SOME);
	printf("%s", small[0] == grown[0] ? "" : "another byte\n");
}
