/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = data_fd(O_RDWR);
	row("data", -1, 10, LOCKF(fd, F_TLOCK, 10));
	row("data", -1, 10, LOCKF(fd, F_ULOCK, 10));
	row(NOWHERE, -1, 10, LOCKF(BAD_FD, F_TLOCK, 10));
}
