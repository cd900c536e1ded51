/* SPDX-License-Identifier: Apache-2.0 */
#define PREAD pread64
#include "body/pread.h"
