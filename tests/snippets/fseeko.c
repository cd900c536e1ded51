/* SPDX-License-Identifier: Apache-2.0 */
#define FSEEK fseeko
#include "body/fseek.h"
