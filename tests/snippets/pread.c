/* SPDX-License-Identifier: Apache-2.0 */
#define PREAD pread
#include "body/pread.h"
