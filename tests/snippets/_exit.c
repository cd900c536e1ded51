/* SPDX-License-Identifier: Apache-2.0 */
#define EXIT _exit
#include "body/exit.h"
