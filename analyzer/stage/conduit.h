/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs that hand data on through pipes, as a shell joins them: they work
 * together, whatever each does alone.
 */
#ifndef CONDUIT_H
#define CONDUIT_H

#include "stage/judge.h"

/* When checkpoints are known: sets `conduit` and `feeds` of a run's conducts. */
void conduits_find(struct judge *judge, uint32_t run);

/* Whether two processes are joined, and prepare data if anything. */
bool conduit_joins(const struct judge *judge, const struct process *one,
                   const struct process *other);

#endif
