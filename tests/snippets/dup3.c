/* SPDX-License-Identifier: Apache-2.0 */
#define DUP2(old, new) dup3(old, new, O_CLOEXEC)
#include "body/dup2.h"
