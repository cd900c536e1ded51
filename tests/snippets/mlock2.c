/* SPDX-License-Identifier: Apache-2.0 */
#define LOCK(address, size) mlock2(address, size, 0)
#include "body/mlock.h"
