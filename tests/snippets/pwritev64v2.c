/* SPDX-License-Identifier: Apache-2.0 */
#define PWRITEV(fd, parts, count, offset) pwritev64v2(fd, parts, count, offset, 0)
#define AT_POSITION
#include "body/pwritev.h"
