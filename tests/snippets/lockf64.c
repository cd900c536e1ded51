/* SPDX-License-Identifier: Apache-2.0 */
#define LOCKF lockf64
#include "body/lockf.h"
