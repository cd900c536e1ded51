/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#include <dirent.h>

void snippet(void)
{
	DIR *folder = opendir(".");
	int fd = dirfd(folder);
	meta(".", closedir(folder));
	ssize_t got = read(fd, buffer, 10);
	expect("read", NOWHERE, -1, 10, got);
	int data = open("data", O_RDONLY);
	got = read(data, buffer, 10);
	expect("read", "data", 0, 10, got);
}
