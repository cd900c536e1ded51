/* SPDX-License-Identifier: Apache-2.0 */
#define REALPATH(path) realpath(path, buffer)
#include "body/realpath.h"
