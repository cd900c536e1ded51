/* SPDX-License-Identifier: Apache-2.0
 *
 * A look at a ring: what was submitted and completed since the last one. The
 * kernel's counters tell how many there were; an entry that was overwritten
 * before it could be read, or that cannot be trusted, counts as lost. What is
 * stored as an event is true.
 */
#ifndef PRELOAD_URING_LOOK_H
#define PRELOAD_URING_LOOK_H

#include "uring/uring.h"

/* Looks from a call of the program that began at `start` (ticks) and has just
 * returned. Its event says `start_ns`; 0 if it has none. The caller has taken the
 * ring. */
void look_after(struct uring *ring, uint64_t start, uint64_t start_ns);

/* Looks from a call that begins, at `start`, and will be looked after: the entries
 * are still there that it hands over. The caller has taken the ring. */
void look_before(struct uring *ring, uint64_t start, uint64_t start_ns);

/* Looks from outside: times are estimates, and submission entries may be in use
 * again. Does nothing while another thread looks. Returns how much was new, as
 * a share of the queues: 256 is all of one. */
uint32_t look_from_outside(struct uring *ring);

/* The last look at a ring that the caller has taken: operations that did not
 * complete are lost. */
void look_last(struct uring *ring);

/* The trace ends: a last look at all rings, which stay. */
void look_finish(void);

#endif
