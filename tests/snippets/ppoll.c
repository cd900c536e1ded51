/* SPDX-License-Identifier: Apache-2.0 */
#define POLL(fds, count) ppoll(fds, count, &SHORT, NULL)
#include "body/poll.h"
