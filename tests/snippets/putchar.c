/* SPDX-License-Identifier: Apache-2.0 */
#define PUTC(character, stream) (stdout = stream, (putchar)(character))
#include "body/putc.h"
