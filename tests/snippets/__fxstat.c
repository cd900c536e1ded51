/* SPDX-License-Identifier: Apache-2.0 */
#define FSTAT(fd, status) __fxstat(1, fd, status)
#define STATUS            struct stat
#include "body/fstat.h"
