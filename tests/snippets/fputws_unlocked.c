/* SPDX-License-Identifier: Apache-2.0 */
#define PUT fputws_unlocked
#include "body/fputws.h"
