/* SPDX-License-Identifier: Apache-2.0
 *
 * The data path: from a wrapper's measurements to a committed slot in the
 * thread's buffer, without a lock or a system call.
 */
#ifndef PRELOAD_EVENT_H
#define PRELOAD_EVENT_H

#include <errno.h>

#include "clock.h"
#include "state.h"
#include "thread.h"
#include "tracer.h"

/* Whether the call that is beginning is to be traced. */
static inline bool event_wanted(void)
{
	if (__builtin_expect(thread_self.busy | thread_vfork | !state_is(STATE_ON), 0))
		return tracer_enter();
	return true;
}

/* What a call that returns -1 and sets errno, or a count, stands for. */
static inline int64_t event_result(int64_t returned)
{
	return returned < 0 ? -(int64_t)errno : returned;
}

/* The way out of event_store where there is no slot to be had at once. */
void event_store_slowly(const struct aiot_event *event);

/* Commits `event` to the thread's buffer. Keeps errno. */
static inline void event_store(const struct aiot_event *event)
{
	struct thread *self = thread_current();
	struct aiot_region *region = self->region;
	if (__builtin_expect(!region || self->busy, 0)) {
		event_store_slowly(event);
		return;
	}
	uint32_t slot = AIOT_LIVE_EVENTS;
	thread_writing(region, 1);
	if (__builtin_expect(state_is(STATE_ON), 1))
		slot = thread_take(self);
	if (__builtin_expect(slot >= AIOT_LIVE_EVENTS, 0)) {
		thread_writing(region, -1u);
		event_store_slowly(event);
		return;
	}
	struct aiot_event *place = &thread_events(region)[slot];
	*place = *event;
	__atomic_store_n(&place->commit, AIOT_COMMIT(self->sequence + slot), __ATOMIC_RELEASE);
	thread_writing(region, -1u);
	if (__builtin_expect(self->next >= AIOT_LIVE_EVENTS, 0) && region->writing == 0)
		thread_flush();
}

#endif
