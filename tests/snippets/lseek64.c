/* SPDX-License-Identifier: Apache-2.0 */
#define LSEEK lseek64
#include "body/lseek.h"
