/* SPDX-License-Identifier: Apache-2.0 */
#define STAT(path, status) __lxstat64(1, path, status)
#define STATUS             struct stat64
#include "body/stat.h"
