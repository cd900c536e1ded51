/* SPDX-License-Identifier: Apache-2.0 */
#define OPEN(path, flags) __open64_2(path, flags)
#include "body/open.h"
