/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>

static struct dirent64 **list;
#define SCANDIR(path, list) scandir64(path, list, NULL, alphasort64)
#include "body/scandir.h"
