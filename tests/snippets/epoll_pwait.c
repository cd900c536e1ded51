/* SPDX-License-Identifier: Apache-2.0 */
#define EPOLL_WAIT(fd, events, count) epoll_pwait(fd, events, count, SHORT_MS, NULL)
#include "body/epoll_wait.h"
