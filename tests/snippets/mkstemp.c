/* SPDX-License-Identifier: Apache-2.0 */
#define MKSTEMP mkstemp
#define END     ""
#include "body/mkstemp.h"
