/* SPDX-License-Identifier: Apache-2.0 */
#define FCNTL fcntl64
#include "body/fcntl.h"
