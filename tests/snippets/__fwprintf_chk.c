/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT(stream, ...) __fwprintf_chk(stream, 1, __VA_ARGS__)
#include "body/fwprintf.h"
