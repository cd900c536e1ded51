/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statfs.h>

static struct statfs64 about;
#define CHANGE(fd) fstatfs64(fd, &about)
#include "body/on_fd.h"
