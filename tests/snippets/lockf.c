/* SPDX-License-Identifier: Apache-2.0 */
#define LOCKF lockf
#include "body/lockf.h"
