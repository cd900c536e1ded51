/* SPDX-License-Identifier: Apache-2.0 */
#define SCAN (__isoc99_fscanf)
#include "body/fscanf.h"
