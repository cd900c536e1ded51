/* SPDX-License-Identifier: Apache-2.0 */
#define SYMLINK symlink
#include "body/symlink.h"
