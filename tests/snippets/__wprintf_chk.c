/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT(stream, ...) (stdout = (stream), __wprintf_chk(1, __VA_ARGS__))
#include "body/fwprintf.h"
