/* SPDX-License-Identifier: Apache-2.0 */
#define FSEEK fseeko64
#include "body/fseek.h"
