/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#include <dirent.h>

void snippet(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);
	DIR *folder = fdopendir(fd);
	meta(".", folder ? fd : -1);
	folder = fdopendir(data_fd(O_RDONLY));
	meta("data", folder ? ANY : -1);
	folder = fdopendir(BAD_FD);
	meta(NOWHERE, folder ? ANY : -1);
}
