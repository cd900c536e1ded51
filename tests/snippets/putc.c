/* SPDX-License-Identifier: Apache-2.0 */
#define PUTC(character, stream) (putc)(character, stream)
#include "body/putc.h"
