/* SPDX-License-Identifier: Apache-2.0 */
#define ACCESS access
#include "body/access.h"
