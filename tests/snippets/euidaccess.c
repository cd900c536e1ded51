/* SPDX-License-Identifier: Apache-2.0 */
#define ACCESS euidaccess
#include "body/access.h"
