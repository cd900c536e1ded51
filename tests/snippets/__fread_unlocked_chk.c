/* SPDX-License-Identifier: Apache-2.0 */
#define FREAD(buffer, size, count, stream) __fread_unlocked_chk(buffer, 4096, size, count, stream)
#include "body/fread.h"
