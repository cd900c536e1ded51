/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT(stream, ...) (stdout = stream, __printf_chk(1, __VA_ARGS__))
#include "body/fprintf.h"
