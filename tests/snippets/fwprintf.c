/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT fwprintf
#include "body/fwprintf.h"
