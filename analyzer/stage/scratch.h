/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process writes and reads again meanwhile, alone: room that it lacks in memory.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "stage/judge.h"

/* When checkpoints are known: of who saves none, reading such files is no training. */
void scratch_find(struct judge *judge, const struct process *process);

#endif
