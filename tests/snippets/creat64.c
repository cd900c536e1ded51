/* SPDX-License-Identifier: Apache-2.0 */
#define CREAT creat64
#include "body/creat.h"
