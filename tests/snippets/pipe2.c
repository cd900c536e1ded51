/* SPDX-License-Identifier: Apache-2.0 */
#define PAIR(fds) pipe2(fds, O_CLOEXEC)
#include "body/pipe.h"
