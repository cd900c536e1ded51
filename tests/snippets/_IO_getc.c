/* SPDX-License-Identifier: Apache-2.0 */
#define GETC(stream) (_IO_getc)(stream)
#include "body/getc.h"
