/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	char *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, data_fd(O_RDWR), 0);
	mapped[5] = 1;
	row("data", ANY, 4096, msync(mapped, 4096, MS_SYNC));
	row("data", ANY, 100, msync(mapped + 1, 100, MS_SYNC));
}
