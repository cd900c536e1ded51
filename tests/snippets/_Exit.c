/* SPDX-License-Identifier: Apache-2.0 */
#define EXIT _Exit
#include "body/exit.h"
