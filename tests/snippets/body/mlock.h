/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* LOCK(address, size) */
void snippet(void)
{
	char *mapped = mmap(NULL, 8192, PROT_READ, MAP_SHARED, data_fd(O_RDONLY), 0);
	row("data", ANY, 4096, LOCK(mapped, 4096));
	munmap(mapped, 8192);
	/* Memory that is no file's is no I/O. */
	char *memory = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	LOCK(memory, 4096);
}
