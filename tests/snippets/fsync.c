/* SPDX-License-Identifier: Apache-2.0 */
#define FSYNC fsync
#include "body/fsync.h"
