/* SPDX-License-Identifier: Apache-2.0 */
#define REMOVE remove
#include "body/unlink.h"
