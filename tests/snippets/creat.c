/* SPDX-License-Identifier: Apache-2.0 */
#define CREAT creat
#include "body/creat.h"
