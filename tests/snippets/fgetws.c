/* SPDX-License-Identifier: Apache-2.0 */
#define FGETWS fgetws
#include "body/fgetws.h"
