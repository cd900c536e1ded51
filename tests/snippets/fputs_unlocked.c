/* SPDX-License-Identifier: Apache-2.0 */
#define FPUTS fputs_unlocked
#define MORE  0
#include "body/fputs.h"
