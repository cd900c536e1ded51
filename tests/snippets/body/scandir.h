/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#include <dirent.h>

/* SCANDIR(path, list) */
void snippet(void)
{
	meta(".", SCANDIR(".", &list));
	meta("missing", SCANDIR("missing", &list));
}
