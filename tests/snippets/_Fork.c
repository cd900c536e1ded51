/* SPDX-License-Identifier: Apache-2.0 */
#define FORK _Fork
#include "body/fork.h"
