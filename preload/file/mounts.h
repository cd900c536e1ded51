/* SPDX-License-Identifier: Apache-2.0
 *
 * The mounted file systems as /proc/self/mountinfo lists them. The list can be
 * long and is mostly the same for all processes of a run: the first one's
 * trace holds it, the others name it by its hash unless theirs differs.
 */
#ifndef PRELOAD_MOUNTS_H
#define PRELOAD_MOUNTS_H

#include "trace/define.h"

/* Room that mounts_add may need. */
#define MOUNTS_BYTES (256u << 10)

/* Appends the list, or its hash where a trace of the run has it. Once a
 * process. */
void mounts_add(struct define_list *list);

/* A file is on this device, major << 32 | minor: where the list does not have it,
 * the list is read and written again. */
void mounts_meet(uint64_t device);

/* Puts the hash into the environment. Not before libc has started. */
void mounts_tell_children(void);

#endif
