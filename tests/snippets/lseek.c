/* SPDX-License-Identifier: Apache-2.0 */
#define LSEEK lseek
#include "body/lseek.h"
