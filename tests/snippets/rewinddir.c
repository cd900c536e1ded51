/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

#include <dirent.h>

void snippet(void)
{
	DIR *folder = opendir(".");
	readdir(folder);
	rewinddir(folder);
	meta(".", 0);
}
