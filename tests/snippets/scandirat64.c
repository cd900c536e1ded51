/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>

static struct dirent64 **list;
#define SCANDIR(path, list) scandirat64(AT_FDCWD, path, list, NULL, alphasort64)
#include "body/scandir.h"
