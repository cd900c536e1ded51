/* SPDX-License-Identifier: Apache-2.0 */
#define EPOLL_WAIT(fd, events, count) epoll_wait(fd, events, count, SHORT_MS)
#include "body/epoll_wait.h"
