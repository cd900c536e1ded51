/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranks that were told so by an argument, as torch.multiprocessing.spawn does: their
 * environment says no more than where they meet.
 */
#ifndef GANG_H
#define GANG_H

#include "stage/feature.h"

/* Numbers processes that one parent made and that share a MASTER_PORT, in the order in
 * which they were made, where they have no rank of their own; and gives their children
 * their parent's. Once the ranks that environments tell are known. */
void gang_find(struct features *features);

#endif
