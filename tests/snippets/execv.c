/* SPDX-License-Identifier: Apache-2.0 */
#define EXEC execv
#include "body/exec.h"
