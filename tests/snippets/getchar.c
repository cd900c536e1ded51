/* SPDX-License-Identifier: Apache-2.0 */
#define GETC(stream) (stdin = stream, (getchar)())
#include "body/getc.h"
