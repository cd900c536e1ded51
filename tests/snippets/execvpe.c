/* SPDX-License-Identifier: Apache-2.0 */
#define EXEC(path, argv) execvpe(path, argv, environ)
#include "body/exec.h"
