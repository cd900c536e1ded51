/* SPDX-License-Identifier: Apache-2.0 */
#include "aio.h"

/* What shows that an operation is finished has no row of its own. */
void snippet(void)
{
	int fd = open("data", O_RDONLY);
	BLOCK *block = block_of(fd, 10, 30);
	AIO(read)(block);
	usleep(1000);
	long result = wait_for(block);
#ifdef LARGE
	expect("aio_read64", "data", 10, 30, result);
#else
	expect("aio_read", "data", 10, 30, result);
#endif
	/* Asked again, it tells nothing new. */
	AIO(error)(block);
	AIO(return )(block);
}
