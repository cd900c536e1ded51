/* SPDX-License-Identifier: Apache-2.0
 *
 * What an earlier replay left and the run did not find is put aside, emptied.
 * Removed, it would slow the run down, and the next one: for each file that is made,
 * ext4 looks again at each inode that was freed in the last minutes.
 */
#ifndef REPLAY_GONE_H
#define REPLAY_GONE_H

#include "replay/target.h"

/* The name goes, with the space that its file takes; 0 or -errno. */
int gone_put(struct target *target, int root, const char *path);

/* Removes what is put aside in the target's folder. */
void gone_remove(int folder);

/* The same where it has become much. */
void gone_limit(const struct target *target);

#endif
