/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statvfs.h>

static struct statvfs64 about;
#define CHANGE(path) statvfs64(path, &about)
#include "body/on_path.h"
