/* SPDX-License-Identifier: Apache-2.0 */
#define OPENAT(directory, path, flags) __openat_2(directory, path, flags)
#include "body/openat.h"
