/* SPDX-License-Identifier: Apache-2.0 */
#define OPENAT(directory, path, flags) openat(directory, path, flags, 0644)
#define CREATES
#include "body/openat.h"
