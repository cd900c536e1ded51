/* SPDX-License-Identifier: Apache-2.0 */
#define FPUTS fputs
#define MORE  0
#include "body/fputs.h"
