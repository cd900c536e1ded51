/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process that was killed, or still runs, had not yet encoded.
 */
#ifndef LIVE_H
#define LIVE_H

#include "base/problem.h"
#include "read/process.h"

/* Adds a live file's definitions, events and counters to the process. Must run
 * before the blocks of its trace are listed: what moves from the live file to
 * the trace in between is then seen twice, which sequence numbers undo, and
 * never missed. Damage is added to found. */
void live_read(struct process *process, const char *path, struct problems *found);

#endif
