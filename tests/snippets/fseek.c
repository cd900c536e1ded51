/* SPDX-License-Identifier: Apache-2.0 */
#define FSEEK fseek
#include "body/fseek.h"
