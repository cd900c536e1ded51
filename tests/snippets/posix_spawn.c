/* SPDX-License-Identifier: Apache-2.0 */
#define SPAWN(pid, path, argv) posix_spawn(pid, path, NULL, NULL, argv, environ)
#include "body/spawn.h"
