/* SPDX-License-Identifier: Apache-2.0 */
#define PUTC(character, stream) (_IO_putc)(character, stream)
#include "body/putc.h"
