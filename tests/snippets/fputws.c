/* SPDX-License-Identifier: Apache-2.0 */
#define PUT fputws
#include "body/fputws.h"
