/* SPDX-License-Identifier: Apache-2.0 */
#define READ(fd, buffer, size) __read_chk(fd, buffer, size, sizeof(buffer))
#include "body/read.h"
