/* SPDX-License-Identifier: Apache-2.0 */
#define MKSTEMP mkstemp64
#define END     ""
#include "body/mkstemp.h"
