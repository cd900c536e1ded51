/* SPDX-License-Identifier: Apache-2.0 */
#define GETWC(stream) (fgetwc)(stream)
#include "body/getwc.h"
