/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/statfs.h>

static struct statfs64 about;
#define CHANGE(path) statfs64(path, &about)
#include "body/on_path.h"
