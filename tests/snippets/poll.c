/* SPDX-License-Identifier: Apache-2.0 */
#define POLL(fds, count) poll(fds, count, SHORT_MS)
#include "body/poll.h"
