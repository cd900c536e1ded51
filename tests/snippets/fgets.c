/* SPDX-License-Identifier: Apache-2.0 */
#define FGETS fgets
#include "body/fgets.h"
