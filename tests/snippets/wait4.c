/* SPDX-License-Identifier: Apache-2.0 */
#define WAIT(pid, status, flags) wait4(pid, status, flags, NULL)
#include "body/wait4.h"
