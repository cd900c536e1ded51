/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT(stream, ...) (stdout = stream, printf(__VA_ARGS__))
#include "body/fprintf.h"
