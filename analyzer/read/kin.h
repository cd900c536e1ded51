/* SPDX-License-Identifier: Apache-2.0
 *
 * Who came from whom among the traced processes, by pids, of which each may have
 * been used again. Looked up without going through all processes.
 */
#ifndef KIN_H
#define KIN_H

#include "read/recording.h"

/* Once the processes are in their order. */
void kin_find(struct recording *recording);

/* The parent among the traced processes, or NULL. */
const struct process *kin_parent(const struct recording *recording, const struct process *process);

/* Those of a pid in the run and on the host of `like`, one a call; NULL behind the last. `at`
 * is 0 at first. */
const struct process *kin_of_pid(const struct recording *recording, const struct process *like,
                                 uint64_t pid, size_t *at);

/* The image of the same pid so many execs later, or earlier: or NULL. */
const struct process *kin_image(const struct recording *recording, const struct process *process,
                                int step);

#endif
