/* SPDX-License-Identifier: Apache-2.0 */
#define GETC(stream) (fgetc)(stream)
#include "body/getc.h"
