/* SPDX-License-Identifier: Apache-2.0 */
#define FREOPEN freopen64
#include "body/freopen.h"
