/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stddef.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static int next(DIR *folder)
{
	struct dirent entry, *found;
	return readdir_r(folder, &entry, &found) == 0 && found;
}
#define READDIR next
#include "body/readdir.h"
