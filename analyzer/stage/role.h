/* SPDX-License-Identifier: Apache-2.0
 *
 * Who each process is: rank, local rank and world size from its environment,
 * and its role from how it began, what it read and whom it wrote to.
 */
#ifndef ROLE_H
#define ROLE_H

#include "stage/feature.h"

/* Sets rank, local_rank, world_size, role and why of every process. */
void roles_find(struct features *features);

/* Whether multiprocessing made it with an image of its own, or its fork server did. */
bool role_spawned(const struct process *process, const struct process *parent);

#endif
