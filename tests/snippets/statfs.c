/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statfs.h>

static struct statfs about;
#define CHANGE(path) statfs(path, &about)
#include "body/on_path.h"
