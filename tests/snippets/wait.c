/* SPDX-License-Identifier: Apache-2.0 */
#define WAIT(pid, status, flags) wait(status)
#include "body/wait4.h"
