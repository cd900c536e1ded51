/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT(fd, ...) __dprintf_chk(fd, 1, __VA_ARGS__)
#include "body/dprintf.h"
