/* SPDX-License-Identifier: Apache-2.0 */
#define FADVISE posix_fadvise
#include "body/fadvise.h"
