/* SPDX-License-Identifier: Apache-2.0 */
#define FALLOCATE fallocate64
#include "body/fallocate.h"
