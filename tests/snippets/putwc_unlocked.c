/* SPDX-License-Identifier: Apache-2.0 */
#define PUTWC(character, stream) (putwc_unlocked)(character, stream)
#include "body/putwc.h"
