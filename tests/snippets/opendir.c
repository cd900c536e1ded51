/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#include <dirent.h>

void snippet(void)
{
	DIR *folder = opendir(".");
	meta(".", folder ? dirfd(folder) : -1);
	folder = opendir("missing");
	meta("missing", folder ? ANY : -1);
	folder = opendir("data");
	meta("data", folder ? ANY : -1);
}
