/* SPDX-License-Identifier: Apache-2.0 */
#define FTELL ftello
#include "body/ftell.h"
