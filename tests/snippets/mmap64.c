/* SPDX-License-Identifier: Apache-2.0 */
#define MMAP mmap64
#include "body/mmap.h"
