/* SPDX-License-Identifier: Apache-2.0
 *
 * Asynchronous operations of one thread, through io_uring.
 */
#ifndef REPLAY_RING_H
#define REPLAY_RING_H

#include "replay/worker.h"

/* Room for depth operations under way; NULL where the kernel has no io_uring or
 * does not let us, errno says why. With idle, the thread does nothing but begin
 * operations and wait for them, and no other thread may use the ring. With links,
 * operations wait for those that they may be linked to. */
struct ring *ring_new(unsigned depth, bool idle, bool links);
void ring_free(struct ring *ring);

/* Begins an operation, which has room. False where it can't be done this way.
 * With more, another one follows at once: the kernel may get them together. */
bool ring_begin(struct ring *ring, struct worker *worker, uint32_t op, bool more);

unsigned ring_busy(const struct ring *ring);

/* The first operation that has not ended, or none if none is under way. */
uint32_t ring_oldest(const struct ring *ring, uint32_t none);

/* Whether the operation is under way. */
bool ring_has(const struct ring *ring, uint32_t op);

/* Takes in what has ended; with wait, at least one, unless the time comes first. */
void ring_reap(struct ring *ring, struct worker *worker, bool wait, uint64_t until_ns);

#endif
