/* SPDX-License-Identifier: Apache-2.0 */
#define MKSTEMP(name) mkostemp(name, O_CLOEXEC)
#define END           ""
#include "body/mkstemp.h"
