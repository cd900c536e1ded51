/* SPDX-License-Identifier: Apache-2.0 */
#define READ read
#include "body/read.h"
