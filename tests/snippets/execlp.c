/* SPDX-License-Identifier: Apache-2.0 */
#define EXEC(path, argv) execlp(path, argv[0], NULL)
#include "body/exec.h"
