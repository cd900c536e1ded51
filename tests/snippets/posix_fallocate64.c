/* SPDX-License-Identifier: Apache-2.0 */
#define POSIX_FALLOCATE posix_fallocate64
#include "body/posix_fallocate.h"
