/* SPDX-License-Identifier: Apache-2.0 */
#define MAKE(path) mkfifoat(AT_FDCWD, path, 0600)
#include "body/make.h"
