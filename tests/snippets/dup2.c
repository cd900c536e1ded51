/* SPDX-License-Identifier: Apache-2.0 */
#define DUP2 dup2
#include "body/dup2.h"
