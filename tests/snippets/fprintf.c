/* SPDX-License-Identifier: Apache-2.0 */
#define PRINT fprintf
#include "body/fprintf.h"
