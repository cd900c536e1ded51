/* SPDX-License-Identifier: Apache-2.0 */
#define RECV(fd, data, size, flags) recvfrom(fd, data, size, flags, NULL, NULL)
#include "body/recv.h"
