/* SPDX-License-Identifier: Apache-2.0 */
#define GETC(stream) (stdin = stream, (getchar_unlocked)())
#include "body/getc.h"
