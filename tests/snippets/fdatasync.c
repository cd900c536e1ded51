/* SPDX-License-Identifier: Apache-2.0 */
#define FSYNC fdatasync
#include "body/fsync.h"
