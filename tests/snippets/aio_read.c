/* SPDX-License-Identifier: Apache-2.0 */
#include "body/aio_read.h"
