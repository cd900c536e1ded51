/* SPDX-License-Identifier: Apache-2.0 */
#define FGETS fgets_unlocked
#include "body/fgets.h"
