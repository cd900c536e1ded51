/* SPDX-License-Identifier: Apache-2.0 */
#define PWRITEV pwritev64
#include "body/pwritev.h"
