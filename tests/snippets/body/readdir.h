/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#include <dirent.h>

/* READDIR(folder): whether there was another entry. The end leaves errno. */
void snippet(void)
{
	DIR *folder = opendir(".");
	errno = ENOTTY;
	for (int i = 0; i < 3; i++)
		meta(".", READDIR(folder));
	meta(".", READDIR(folder));
	if (errno != ENOTTY)
		exit(1);
}
