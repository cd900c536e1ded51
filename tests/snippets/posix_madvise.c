/* SPDX-License-Identifier: Apache-2.0 */
#define ADVISE           posix_madvise
#define FAILED(returned) error_of(returned)
#include "body/advise.h"
