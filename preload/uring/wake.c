/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/wake.h"

#include <sched.h>

#include "base/clock.h"
#include "base/sys.h"

/* Nanoseconds. The kernel's threads do not sleep before a tick, but at once when they
 * are made. */
#define WAKE_IDLE     500000u
#define WAKE_PATIENCE 20000000u
#define WAKE_SINGLE   100000u

void wake_keep(struct uring *ring)
{
	uint32_t *flags = (uint32_t *)(ring->sq + ring->layout.sq_flags);
	if (ring->wakes && !(__atomic_load_n(flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP))
		__atomic_fetch_or(flags, IORING_SQ_NEED_WAKEUP, __ATOMIC_SEQ_CST);
}

bool wake_may_sleep(const struct uring *ring, uint64_t now)
{
	return ring->wakes &&
	       (!ring->sq_seen || clock_span(clock_at(now), now - ring->looked) > WAKE_IDLE);
}

static bool wake_is_taken(const struct uring *ring)
{
	return uring_load(ring->sq, ring->layout.sq_head) ==
	       uring_load(ring->sq, ring->layout.sq_tail);
}

static bool wake_is_done(const struct uring *ring)
{
	return uring_load(ring->cq, ring->layout.cq_tail) ==
	       uring_load(ring->sq, ring->layout.sq_tail);
}

static bool wake_wait(const struct uring *ring, bool (*over)(const struct uring *), uint64_t ns)
{
	uint64_t begin = clock_ticks();
	const struct clock_pair *pair = clock_at(begin);
	while (!over(ring)) {
		if (clock_span(pair, clock_ticks() - begin) > ns)
			return false;
		SYS0(sched_yield);
	}
	return true;
}

/* The thread takes entries when it has taken the flag. */
bool wake_await(const struct uring *ring)
{
	return wake_wait(ring, wake_is_taken, WAKE_PATIENCE);
}

void wake_await_single(const struct uring *ring)
{
	wake_wait(ring, wake_is_done, WAKE_SINGLE);
}
