/* SPDX-License-Identifier: Apache-2.0 */
#define EXEC(path, argv) execveat(AT_FDCWD, path, argv, environ, 0)
#include "body/exec.h"
