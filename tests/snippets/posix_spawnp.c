/* SPDX-License-Identifier: Apache-2.0 */
#define SPAWN(pid, path, argv) posix_spawnp(pid, path, NULL, NULL, argv, environ)
#include "body/spawn.h"
