/* SPDX-License-Identifier: Apache-2.0 */
#define FALLOCATE fallocate
#include "body/fallocate.h"
