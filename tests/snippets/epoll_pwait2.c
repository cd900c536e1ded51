/* SPDX-License-Identifier: Apache-2.0 */
#define EPOLL_WAIT(fd, events, count) epoll_pwait2(fd, events, count, &SHORT, NULL)
#include "body/epoll_wait.h"
