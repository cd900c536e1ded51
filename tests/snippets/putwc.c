/* SPDX-License-Identifier: Apache-2.0 */
#define PUTWC(character, stream) (putwc)(character, stream)
#include "body/putwc.h"
