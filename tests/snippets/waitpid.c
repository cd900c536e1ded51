/* SPDX-License-Identifier: Apache-2.0 */
#define WAIT(pid, status, flags) waitpid(pid, status, flags)
#include "body/wait4.h"
