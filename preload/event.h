/* SPDX-License-Identifier: Apache-2.0
 *
 * The data path: from a wrapper's measurements to a committed slot in the
 * thread's buffer, without a lock or a system call.
 */
#ifndef PRELOAD_EVENT_H
#define PRELOAD_EVENT_H

#include <errno.h>

#include "base/clock.h"
#include "fault/watch.h"
#include "mark.h"
#include "state.h"
#include "thread.h"
#include "tracer.h"

bool event_wanted_slowly(void);

/* Whether the call that is beginning is to be traced. The thread has its buffer
 * from then on, and shows there that it is in a call: the end of the process
 * waits for calls that have returned and are not recorded yet. */
static inline bool event_wanted(void)
{
	struct aiot_region *region = thread_self.region;
	bool plain = region && state_is(STATE_ON) && thread_self.generation == state_generation;
	if (__builtin_expect(!plain || thread_self.busy || thread_vfork, 0))
		return event_wanted_slowly();
	region->calling = 1;
	__builtin_prefetch(&thread_events(region)[thread_self.next], 1);
	return true;
}

/* The call that was wanted leaves no event, or not yet. */
static inline void event_none(void)
{
	if (thread_self.region)
		thread_self.region->calling = 0;
}

/* What a call that returns -1 and sets errno, or a count, stands for. */
static inline int64_t event_result(int64_t returned)
{
	return returned < 0 ? -(int64_t)errno : returned;
}

/* Waits until other threads' events that are on the slow way have arrived, so
 * that the end of the process does not overtake them. */
void event_wait(void);

/* A forked child has none of them. */
void event_forget(void);

/* The way out of event_store_as where there is no slot to be had at once. */
void event_store_slowly(const struct aiot_event *event);

/* Commits `event` to the thread's buffer, with the stage and the flags of
 * `marked`. Keeps errno. Only copies of `event` are handed on, so that a caller's
 * event can stay in registers until it is stored: read back from the stack in
 * other widths than it was written, it stalls. */
__attribute__((always_inline)) static inline void event_store_as(const struct aiot_event *event,
                                                                 struct marked marked)
{
	struct thread *self = thread_current();
	struct aiot_region *region = self->region;
	if (__builtin_expect(!region || self->busy, 0)) {
		struct aiot_event copy = *event;
		copy.stage = marked.stage;
		copy.flags = marked.flags;
		event_store_slowly(&copy);
		return;
	}
	uint32_t slot = AIOT_LIVE_EVENTS;
	thread_writing(region, 1);
	if (__builtin_expect(state_is(STATE_ON), 1))
		slot = thread_take(self);
	if (__builtin_expect(slot >= self->limit, 0) && slot < AIOT_LIVE_EVENTS)
		thread_warm();
	if (__builtin_expect(slot >= AIOT_LIVE_EVENTS, 0)) {
		struct aiot_event copy = *event;
		copy.stage = marked.stage;
		copy.flags = marked.flags;
		thread_writing(region, -1u);
		event_store_slowly(&copy);
		return;
	}
	struct aiot_event *place = &thread_events(region)[slot];
	*place = *event;
	place->stage = marked.stage;
	place->flags = marked.flags;
	__atomic_store_n(&place->commit, AIOT_COMMIT(self->sequence + slot), __ATOMIC_RELEASE);
	region->calling = 0;
	thread_writing(region, -1u);
	if (__builtin_expect(self->next >= AIOT_LIVE_EVENTS, 0) && region->writing == 0)
		thread_flush();
	if (__builtin_expect(__atomic_load_n(&watch_active, __ATOMIC_RELAXED), 0))
		watch_look(event->start_ns + event->duration_ns);
}

/* The same with the stage that the program's mark gives it, where one is in
 * force. */
__attribute__((always_inline)) static inline void event_store(const struct aiot_event *event)
{
	event_store_as(event, mark_of(event->stage, event->flags));
}

#endif
