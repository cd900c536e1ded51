/* SPDX-License-Identifier: Apache-2.0 */
#define PREADV preadv64
#include "body/preadv.h"
