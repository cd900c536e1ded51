/* SPDX-License-Identifier: Apache-2.0 */
#define PWRITEV pwritev
#include "body/pwritev.h"
