/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statvfs.h>

static struct statvfs about;
#define CHANGE(fd) fstatvfs(fd, &about)
#include "body/on_fd.h"
