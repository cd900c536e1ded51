/* SPDX-License-Identifier: Apache-2.0 */
#define FTELL ftello64
#include "body/ftell.h"
