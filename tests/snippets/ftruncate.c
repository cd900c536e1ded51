/* SPDX-License-Identifier: Apache-2.0 */
#define FTRUNCATE ftruncate
#include "body/ftruncate.h"
