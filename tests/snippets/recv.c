/* SPDX-License-Identifier: Apache-2.0 */
#define RECV recv
#include "body/recv.h"
