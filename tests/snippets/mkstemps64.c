/* SPDX-License-Identifier: Apache-2.0 */
#define MKSTEMP(name) mkstemps64(name, 4)
#define END           ".end"
#include "body/mkstemp.h"
