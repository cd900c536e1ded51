/* SPDX-License-Identifier: Apache-2.0 */
#define RENAMEAT renameat
#include "body/renameat.h"
