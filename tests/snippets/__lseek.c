/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = data_fd(O_RDONLY);
	expect("lseek", "data", 50, 0, __lseek(fd, 50, SEEK_SET));
	expect("lseek", NOWHERE, 3, 0, __lseek(BAD_FD, 3, SEEK_SET));
}
