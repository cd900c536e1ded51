/* SPDX-License-Identifier: Apache-2.0 */
#define GETC(stream) (getc_unlocked)(stream)
#include "body/getc.h"
