/* SPDX-License-Identifier: Apache-2.0
 *
 * The verdict on main threads that load their data themselves.
 */
#ifndef ALONE_H
#define ALONE_H

#include "analysis/stall.h"
#include "read/recording.h"

/* Adds what the loop of the process's main thread tells. */
void alone_add(struct stall *stall, const struct summary *summary, const struct process *process);

#endif
