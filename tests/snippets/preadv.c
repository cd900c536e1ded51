/* SPDX-License-Identifier: Apache-2.0 */
#define PREADV preadv
#include "body/preadv.h"
