/* SPDX-License-Identifier: Apache-2.0 */
#define SYMLINK(text, path) symlinkat(text, AT_FDCWD, path)
#include "body/symlink.h"
