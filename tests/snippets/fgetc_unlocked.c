/* SPDX-License-Identifier: Apache-2.0 */
#define GETC(stream) (fgetc_unlocked)(stream)
#include "body/getc.h"
