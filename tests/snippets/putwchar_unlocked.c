/* SPDX-License-Identifier: Apache-2.0 */
#define PUTWC(character, stream) (stdout = (stream), (putwchar_unlocked)(character))
#include "body/putwc.h"
