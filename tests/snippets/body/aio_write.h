/* SPDX-License-Identifier: Apache-2.0 */
#include "aio.h"

void snippet(void)
{
	int fd = open("made", O_CREAT | O_RDWR, 0644);
	BLOCK *head = block_of(fd, 0, 10), *far = block_of(fd, 4000, 100);
	AIO(write)(head);
	row("made", 0, 10, wait_for(head));
	AIO(write)(far);
	row("made", 4000, 100, wait_for(far));

	/* O_APPEND: at the end, whatever the offset. */
	BLOCK *end = block_of(open("data", O_WRONLY | O_APPEND), 3, 10);
	AIO(write)(end);
	row("data", DATA_BYTES, 10, wait_for(end));
}
