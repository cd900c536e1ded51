/* SPDX-License-Identifier: Apache-2.0 */
#define MMAP mmap
#include "body/mmap.h"
