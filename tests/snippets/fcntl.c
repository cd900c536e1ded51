/* SPDX-License-Identifier: Apache-2.0 */
#define FCNTL fcntl
#include "body/fcntl.h"
