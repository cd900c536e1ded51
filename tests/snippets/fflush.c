/* SPDX-License-Identifier: Apache-2.0 */
#define FFLUSH fflush
#include "body/fflush.h"
