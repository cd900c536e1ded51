/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = data_fd(O_RDWR);
	row("data", 10, 20, sync_file_range(fd, 10, 20, SYNC_FILE_RANGE_WRITE));
	row("data", 0, 0, sync_file_range(fd, 0, 0, 1234567));
	row(NOWHERE, 10, 20, sync_file_range(BAD_FD, 10, 20, 0));
}
