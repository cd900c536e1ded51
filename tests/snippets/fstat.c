/* SPDX-License-Identifier: Apache-2.0 */
#define FSTAT  fstat
#define STATUS struct stat
#include "body/fstat.h"
