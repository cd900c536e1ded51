/* SPDX-License-Identifier: Apache-2.0 */
#define STAT   stat
#define STATUS struct stat
#include "body/stat.h"
