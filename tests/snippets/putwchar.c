/* SPDX-License-Identifier: Apache-2.0 */
#define PUTWC(character, stream) (stdout = (stream), (putwchar)(character))
#include "body/putwc.h"
