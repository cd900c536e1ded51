/* SPDX-License-Identifier: Apache-2.0 */
#define PWRITE pwrite64
#include "body/pwrite.h"
