/* SPDX-License-Identifier: Apache-2.0 */
#define FSTATAT fstatat
#define STATUS  struct stat
#include "body/fstatat.h"
