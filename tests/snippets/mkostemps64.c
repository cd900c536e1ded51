/* SPDX-License-Identifier: Apache-2.0 */
#define MKSTEMP(name) mkostemps64(name, 4, O_APPEND)
#define END           ".end"
#include "body/mkstemp.h"
