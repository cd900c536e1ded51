/* SPDX-License-Identifier: Apache-2.0 */
#include "aio.h"

void snippet(void)
{
	int fd = open("data", O_RDWR);
	BLOCK *both = block_of(fd, 0, 0), *bad = block_of(fd, 0, 0);
	AIO(fsync)(O_SYNC, both);
	meta("data", wait_for(both));
	meta("data", AIO(fsync)(4711, bad));
}
