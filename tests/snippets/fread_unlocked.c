/* SPDX-License-Identifier: Apache-2.0 */
#define FREAD fread_unlocked
#include "body/fread.h"
