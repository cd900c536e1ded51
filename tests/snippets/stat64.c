/* SPDX-License-Identifier: Apache-2.0 */
#define STAT   stat64
#define STATUS struct stat64
#include "body/stat.h"
