/* SPDX-License-Identifier: Apache-2.0 */
#define GETWC(stream) (getwc)(stream)
#include "body/getwc.h"
