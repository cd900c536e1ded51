/* SPDX-License-Identifier: Apache-2.0 */
#define FSTATAT(directory, path, status, flags) __fxstatat(1, directory, path, status, flags)
#define STATUS                                  struct stat
#include "body/fstatat.h"
