/* SPDX-License-Identifier: Apache-2.0 */
#define ADVISE           madvise
#define FAILED(returned) returned
#include "body/advise.h"
