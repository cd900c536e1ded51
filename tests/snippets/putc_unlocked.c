/* SPDX-License-Identifier: Apache-2.0 */
#define PUTC(character, stream) (putc_unlocked)(character, stream)
#include "body/putc.h"
