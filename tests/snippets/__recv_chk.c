/* SPDX-License-Identifier: Apache-2.0 */
#define RECV(fd, data, size, flags) __recv_chk(fd, data, size, sizeof buffer, flags)
#include "body/recv.h"
