/* SPDX-License-Identifier: Apache-2.0 */
#define FTELL ftell
#include "body/ftell.h"
