/* SPDX-License-Identifier: Apache-2.0
 *
 * What a target has to hold before a replay begins: a plan's files and folders, also those
 * that nobody names, how many and how large.
 */
#ifndef REPLAY_INVENTORY_H
#define REPLAY_INVENTORY_H

#include "replay/plan.h"

/* A name that the recording does not have itself, or does; the plan has a place for it. */
uint32_t inventory_name(struct plan *plan, const char *text, size_t length);

/* Once all places are known: folders, names of one file, sums and the hash that a prepared
 * target is recognised by. peak: bytes that the run adds at most; moved: whether the run
 * renames folders. */
void inventory_finish(struct plan *plan, uint64_t peak, bool moved);

#endif
