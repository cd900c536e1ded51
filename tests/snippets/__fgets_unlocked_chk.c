/* SPDX-License-Identifier: Apache-2.0 */
#define FGETS(buffer, size, stream) __fgets_unlocked_chk(buffer, 4096, size, stream)
#include "body/fgets.h"
