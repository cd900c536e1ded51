/* SPDX-License-Identifier: Apache-2.0 */
#define SELECT(count, in) select(count, in, NULL, NULL, &(struct timeval){0, SHORT_MS * 1000})
#include "body/select.h"
