/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT dprintf
#include "body/dprintf.h"
