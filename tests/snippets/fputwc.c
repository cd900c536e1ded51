/* SPDX-License-Identifier: Apache-2.0 */
#define PUTWC(character, stream) (fputwc)(character, stream)
#include "body/putwc.h"
