/* SPDX-License-Identifier: Apache-2.0 */
#define RECV(fd, data, size, flags) __recvfrom_chk(fd, data, size, sizeof buffer, flags, NULL, NULL)
#include "body/recv.h"
