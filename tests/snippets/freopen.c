/* SPDX-License-Identifier: Apache-2.0 */
#define FREOPEN freopen
#include "body/freopen.h"
