/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statvfs.h>

static struct statvfs about;
#define CHANGE(path) statvfs(path, &about)
#include "body/on_path.h"
