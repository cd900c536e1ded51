/* SPDX-License-Identifier: Apache-2.0 */
#define STAT(path, status) __xstat(1, path, status)
#define STATUS             struct stat
#include "body/stat.h"
