/* SPDX-License-Identifier: Apache-2.0 */
#include "aio.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY);
	BLOCK *block = block_of(fd, 0, 10);
	const BLOCK *list[] = {block, NULL};
	AIO(read)(block);
#ifdef LARGE
	expect("aio_read64", "data", 0, 10, 10);
#else
	expect("aio_read", "data", 0, 10, 10);
#endif
	row(NOWHERE, -1, 2, AIO(suspend)(list, 2, NULL));
}
