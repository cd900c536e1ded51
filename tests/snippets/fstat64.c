/* SPDX-License-Identifier: Apache-2.0 */
#define FSTAT  fstat64
#define STATUS struct stat64
#include "body/fstat.h"
