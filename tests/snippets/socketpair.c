/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#define PAIR(fds) socketpair(AF_UNIX, SOCK_STREAM, 0, fds)
#include "body/pipe.h"
