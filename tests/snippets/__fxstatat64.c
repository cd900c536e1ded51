/* SPDX-License-Identifier: Apache-2.0 */
#define FSTATAT(directory, path, status, flags) __fxstatat64(1, directory, path, status, flags)
#define STATUS                                  struct stat64
#include "body/fstatat.h"
