/* SPDX-License-Identifier: Apache-2.0 */
#define PUTC(character, stream) (fputc)(character, stream)
#include "body/putc.h"
