/* SPDX-License-Identifier: Apache-2.0 */
#define POLL(fds, count) __poll_chk(fds, count, SHORT_MS, sizeof fds)
#include "body/poll.h"
