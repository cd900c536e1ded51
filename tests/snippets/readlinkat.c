/* SPDX-License-Identifier: Apache-2.0 */
#define READLINK(path, buffer, size) readlinkat(AT_FDCWD, path, buffer, size)
#include "body/readlink.h"
