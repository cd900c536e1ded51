/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statfs.h>

static struct statfs about;
#define CHANGE(fd) fstatfs(fd, &about)
#include "body/on_fd.h"
