/* SPDX-License-Identifier: Apache-2.0 */
#include <pty.h>
#include <stddef.h>

static int terminal;
#define FORK() forkpty(&terminal, NULL, NULL, NULL)
#include "body/fork.h"
