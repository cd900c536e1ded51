/* SPDX-License-Identifier: Apache-2.0 */
#define SCAN old_fscanf
#include "body/fscanf.h"
