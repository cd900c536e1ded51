/* SPDX-License-Identifier: Apache-2.0 */
#define PWRITE pwrite
#include "body/pwrite.h"
