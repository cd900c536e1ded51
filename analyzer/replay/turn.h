/* SPDX-License-Identifier: Apache-2.0
 *
 * When it is an operation's turn: its time has come, and of those under way in
 * its thread enough have ended.
 */
#ifndef REPLAY_TURN_H
#define REPLAY_TURN_H

#include "replay/worker.h"

/* Returns when operation `i` of the thread's lane may begin, or soon after the
 * run was stopped. Reaps what ends meanwhile. */
void turn_wait(struct worker *w, uint32_t i, const struct op *op);

/* The pause behind a hand-off whose time has come. */
void turn_pause(struct worker *w, uint32_t i);

/* Whether the operation behind `i` is begun in the same way at once; without pauses,
 * as soon as one of those under way has ended, and not before. `next` is the first hold
 * of the lane that is still ahead. */
bool turn_goes_on(const struct worker *w, uint32_t i, size_t next, uint64_t now);

#endif
