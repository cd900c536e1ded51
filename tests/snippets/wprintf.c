/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT(stream, ...) (stdout = (stream), wprintf(__VA_ARGS__))
#include "body/fwprintf.h"
