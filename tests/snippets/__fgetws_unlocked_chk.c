/* SPDX-License-Identifier: Apache-2.0 */
#define FGETWS(buffer, size, stream) __fgetws_unlocked_chk(buffer, size, size, stream)
#include "body/fgetws.h"
