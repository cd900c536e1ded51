/* SPDX-License-Identifier: Apache-2.0 */
#define TMPFILE tmpfile
#include "body/tmpfile.h"
