/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statvfs.h>

static struct statvfs64 about;
#define CHANGE(fd) fstatvfs64(fd, &about)
#include "body/on_fd.h"
