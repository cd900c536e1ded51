/* SPDX-License-Identifier: Apache-2.0 */
#define FSTAT(fd, status) __fxstat64(1, fd, status)
#define STATUS            struct stat64
#include "body/fstat.h"
