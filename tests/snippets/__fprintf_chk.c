/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT(stream, ...) __fprintf_chk(stream, 1, __VA_ARGS__)
#include "body/fprintf.h"
