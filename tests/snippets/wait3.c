/* SPDX-License-Identifier: Apache-2.0 */
#define WAIT(pid, status, flags) wait3(status, flags, NULL)
#include "body/wait4.h"
