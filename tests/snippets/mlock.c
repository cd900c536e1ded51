/* SPDX-License-Identifier: Apache-2.0 */
#define LOCK(address, size) mlock(address, size)
#include "body/mlock.h"
