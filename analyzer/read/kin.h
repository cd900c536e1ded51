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

/* The image of the same pid so many execs later, or earlier: or NULL. */
const struct process *kin_image(const struct recording *recording, const struct process *process,
                                int step);

#endif
