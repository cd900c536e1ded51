/* SPDX-License-Identifier: Apache-2.0 */
#define MAKE(path) mknodat(AT_FDCWD, path, S_IFREG | 0600, 0)
#include "body/make.h"
