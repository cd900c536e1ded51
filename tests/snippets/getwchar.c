/* SPDX-License-Identifier: Apache-2.0 */
#define GETWC(stream) (stdin = (stream), (getwchar)())
#include "body/getwc.h"
