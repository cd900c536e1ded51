/* SPDX-License-Identifier: Apache-2.0 */
#define TMPFILE tmpfile64
#include "body/tmpfile.h"
