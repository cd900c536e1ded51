/* SPDX-License-Identifier: Apache-2.0 */
#define GETC(stream) (getc)(stream)
#include "body/getc.h"
