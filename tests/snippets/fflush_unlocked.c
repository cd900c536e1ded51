/* SPDX-License-Identifier: Apache-2.0 */
#define FFLUSH fflush_unlocked
#include "body/fflush.h"
