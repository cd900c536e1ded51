/* SPDX-License-Identifier: Apache-2.0 */
#define ACCESS(path, mode) faccessat(AT_FDCWD, path, mode, 0)
#include "body/access.h"
