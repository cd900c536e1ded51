/* SPDX-License-Identifier: Apache-2.0 */
#define REALPATH(path) __realpath_chk(path, buffer, 4096)
#include "body/realpath.h"
