/* SPDX-License-Identifier: Apache-2.0 */
#define PREADV(fd, parts, count, offset) preadv2(fd, parts, count, offset, 0)
#define AT_POSITION
#include "body/preadv.h"
