/* SPDX-License-Identifier: Apache-2.0 */
#define GETWC(stream) (getwc_unlocked)(stream)
#include "body/getwc.h"
