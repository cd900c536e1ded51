/* SPDX-License-Identifier: Apache-2.0 */
#define READLINK readlink
#include "body/readlink.h"
