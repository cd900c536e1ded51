/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#include <dirent.h>

void snippet(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);
	row(".", -1, 4096, getdents64(fd, buffer, 4096));
	row(".", -1, 4096, getdents64(fd, buffer, 4096));
	row("data", -1, 4096, getdents64(data_fd(O_RDONLY), buffer, 4096));
}
