/* SPDX-License-Identifier: Apache-2.0 */
#include "aio.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY);
	BLOCK *middle = block_of(fd, 40, 10), *end = block_of(fd, 95, 10),
	      *bad = block_of(BAD_FD, 7, 10);
	AIO(read)(middle);
	row("data", 40, 10, wait_for(middle));
	AIO(read)(end);
	row("data", 95, 10, wait_for(end));
	AIO(read)(bad);
	long result = wait_for(bad);
	errno = EBADF;
	row(NOWHERE, 7, 10, result);

	/* The same block again, and several at once, reaped in another order. */
	AIO(read)(middle);
	row("data", 40, 10, wait_for(middle));
	BLOCK *first = block_of(fd, 0, 20), *second = block_of(fd, 20, 20);
	AIO(read)(first);
	AIO(read)(second);
	long later = wait_for(second);
	row("data", 0, 20, wait_for(first));
	row("data", 20, 20, later);
	close(fd);
}
