/* SPDX-License-Identifier: Apache-2.0 */
#define FGETWS fgetws_unlocked
#include "body/fgetws.h"
