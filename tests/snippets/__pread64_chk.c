/* SPDX-License-Identifier: Apache-2.0 */
#define PREAD(fd, buffer, size, offset) __pread64_chk(fd, buffer, size, offset, sizeof(buffer))
#include "body/pread.h"
