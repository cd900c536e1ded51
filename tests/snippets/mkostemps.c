/* SPDX-License-Identifier: Apache-2.0 */
#define MKSTEMP(name) mkostemps(name, 4, O_APPEND)
#define END           ".end"
#include "body/mkstemp.h"
