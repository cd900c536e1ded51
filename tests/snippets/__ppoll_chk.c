/* SPDX-License-Identifier: Apache-2.0 */
#define POLL(fds, count) __ppoll_chk(fds, count, &SHORT, NULL, sizeof fds)
#include "body/poll.h"
