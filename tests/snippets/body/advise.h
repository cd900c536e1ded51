/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* ADVISE(address, size, advice): FAILED says how it fails. */
void snippet(void)
{
	char *mapped = mmap(NULL, 8192, PROT_READ, MAP_SHARED, data_fd(O_RDONLY), 0);
	row("data", ANY, 8192, FAILED(ADVISE(mapped, 8192, MADV_RANDOM)));
	row("data", ANY, 4096, FAILED(ADVISE(mapped + 4096, 4096, MADV_WILLNEED)));
	row("data", ANY, 4096, FAILED(ADVISE(mapped, 4096, 12345)));
	/* Memory that is no file's is no I/O. */
	char *memory = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ADVISE(memory, 4096, MADV_RANDOM);
	munmap(mapped, 8192);
	ADVISE(mapped, 4096, MADV_RANDOM);
}
