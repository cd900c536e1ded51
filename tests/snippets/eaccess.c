/* SPDX-License-Identifier: Apache-2.0 */
#define ACCESS eaccess
#include "body/access.h"
