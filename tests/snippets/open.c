/* SPDX-License-Identifier: Apache-2.0 */
#define OPEN(path, flags) open(path, flags, 0644)
#define CREATES
#include "body/open.h"
