/* SPDX-License-Identifier: Apache-2.0
 *
 * Tools of the system: what they read and write is for whoever started them.
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>

#include "read/process.h"

/* Whether the process runs one of those that search, list, sum up, copy and pack files,
 * by its program's name. They learn nothing, in whatever order they read. */
bool tool_is(const struct process *process);

#endif
