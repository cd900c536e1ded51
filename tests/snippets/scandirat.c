/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>

static struct dirent **list;
#define SCANDIR(path, list) scandirat(AT_FDCWD, path, list, NULL, alphasort)
#include "body/scandir.h"
