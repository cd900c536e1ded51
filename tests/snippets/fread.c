/* SPDX-License-Identifier: Apache-2.0 */
#define FREAD fread
#include "body/fread.h"
