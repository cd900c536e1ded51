/* SPDX-License-Identifier: Apache-2.0 */
#define PAIR pipe
#include "body/pipe.h"
