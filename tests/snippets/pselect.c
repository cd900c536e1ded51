/* SPDX-License-Identifier: Apache-2.0 */
#define SELECT(count, in) pselect(count, in, NULL, NULL, &SHORT, NULL)
#include "body/select.h"
