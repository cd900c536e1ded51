/* SPDX-License-Identifier: Apache-2.0 */
#define FADVISE posix_fadvise64
#include "body/fadvise.h"
