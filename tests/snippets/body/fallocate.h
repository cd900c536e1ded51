/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = data_fd(O_RDWR);
	row("data", 0, 8192, FALLOCATE(fd, 0, 0, 8192));
	row("data", 4096, 100,
	    FALLOCATE(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 100));
	row("data", -1, 100, FALLOCATE(fd, 0, -1, 100));
	row(NOWHERE, 0, 100, FALLOCATE(BAD_FD, 0, 0, 100));
}
