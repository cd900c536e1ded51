/* SPDX-License-Identifier: Apache-2.0 */
#define FSTATAT fstatat64
#define STATUS  struct stat64
#include "body/fstatat.h"
