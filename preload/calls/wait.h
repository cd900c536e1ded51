/* SPDX-License-Identifier: Apache-2.0
 *
 * What calls share that wait for others. They are called often and mostly
 * don't wait: below the threshold they cost two readings of the clock and
 * leave nothing behind.
 */
#ifndef PRELOAD_CALLS_WAIT_H
#define PRELOAD_CALLS_WAIT_H

#include "calls/call.h"

#define WAIT_THRESHOLD_NS 100000

/* Begins the call. Returns false if it is not to be traced. The thread takes no
 * buffer for it, and whoever ends the process does not wait for it. */
static inline bool wait_begin(struct call *call)
{
	if (__builtin_expect(!state_is(STATE_ON) || thread_self.busy || thread_vfork, 0))
		return false;
	call->fd = (struct fd){0};
	call->start = clock_ticks();
	return true;
}

static inline bool wait_was_long(const struct call *call)
{
	uint64_t now = clock_ticks();
	return clock_span(clock_at(now), now - call->start) >= WAIT_THRESHOLD_NS;
}

/* Whether the calling thread's waits are of interest: threads that do I/O and
 * the main thread. Pools of idle threads are not worth their buffers. */
bool wait_is_wanted(void);

/* The event, and storing it: keeps errno. */
struct aiot_event wait_event(const struct call *call, enum aiot_call id, int64_t returned);
void wait_store(const struct aiot_event *event);

#endif
