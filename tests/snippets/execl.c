/* SPDX-License-Identifier: Apache-2.0 */
#define EXEC(path, argv) execl(path, argv[0], NULL)
#include "body/exec.h"
