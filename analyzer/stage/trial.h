/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that each read the same data once and keep what they made of them, as a search
 * over settings does.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "stage/judge.h"

/* Before checkpoints are looked for: sets `tries` of a process. */
void trial_find(struct judge *judge, const struct process *process);

#endif
