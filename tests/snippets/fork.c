/* SPDX-License-Identifier: Apache-2.0 */
#define FORK fork
#include "body/fork.h"
