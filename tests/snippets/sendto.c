/* SPDX-License-Identifier: Apache-2.0 */
#define SEND(fd, data, size, flags) sendto(fd, data, size, flags, NULL, 0)
#include "body/send.h"
