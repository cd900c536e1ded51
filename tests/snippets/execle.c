/* SPDX-License-Identifier: Apache-2.0 */
#define EXEC(path, argv) execle(path, argv[0], NULL, environ)
#include "body/exec.h"
