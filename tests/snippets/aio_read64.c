/* SPDX-License-Identifier: Apache-2.0 */
#define LARGE
#include "body/aio_read.h"
