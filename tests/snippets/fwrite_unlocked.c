/* SPDX-License-Identifier: Apache-2.0 */
#define FWRITE fwrite_unlocked
#include "body/fwrite.h"
