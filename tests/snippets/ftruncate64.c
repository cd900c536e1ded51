/* SPDX-License-Identifier: Apache-2.0 */
#define FTRUNCATE ftruncate64
#include "body/ftruncate.h"
