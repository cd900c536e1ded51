/* SPDX-License-Identifier: Apache-2.0 */
#define EXEC execvp
#include "body/exec.h"
