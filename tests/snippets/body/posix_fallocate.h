/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = data_fd(O_RDWR);
	row("data", 100, 5000, error_of(POSIX_FALLOCATE(fd, 100, 5000)));
	row("data", 0, 0, error_of(POSIX_FALLOCATE(fd, 0, 0)));
	row(NOWHERE, 0, 100, error_of(POSIX_FALLOCATE(BAD_FD, 0, 100)));
}
