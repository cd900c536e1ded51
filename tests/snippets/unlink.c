/* SPDX-License-Identifier: Apache-2.0 */
#define REMOVE unlink
#include "body/unlink.h"
