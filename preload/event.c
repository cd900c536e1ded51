/* SPDX-License-Identifier: Apache-2.0 */
#include "event.h"

#include "base/sys.h"
#include "trace/loss.h"

/* Yields; a thread may be waiting for the disk. */
#define EVENT_PATIENCE 20000

/* A buffer that was full when the last event came, on a stack too small to flush
 * it: now is the time, or the event goes by itself. */
static bool event_is_overdue(const struct aiot_event *event)
{
	const struct thread *self = thread_current();
	if (self->busy || !self->region || !state_is(STATE_ON) || self->region->writing ||
	    self->next < AIOT_LIVE_EVENTS)
		return false;
	thread_flush();
	if (self->next < AIOT_LIVE_EVENTS)
		event_store(event);
	else if (state_is(STATE_ON))
		thread_write_through(event);
	else
		return false;
	return true;
}

/* A full buffer that can't be flushed here means that this is a signal
 * handler's call inside a call that is being recorded. */
static void event_store_without_slot(const struct aiot_event *event)
{
	if (event_is_overdue(event))
		return;
	if (thread_self.busy || (thread_current()->region && state_is(STATE_ON)))
		loss_count(AIOT_LOSS_NESTED, 1);
	else if (state_is(STATE_OFF))
		loss_count(AIOT_LOSS_NO_SPACE, 1);
	else if (state_is(STATE_ON) && thread_attach())
		event_store_as(event, (struct marked){event->stage, event->flags});
	else
		thread_write_through(event);
}

bool event_wanted_slowly(void)
{
	int saved = errno;
	if (!tracer_enter())
		return false;
	struct thread *self = thread_current();
	if (state_is(STATE_ON) && (self->region || thread_attach()))
		self->region->calling = 1;
	errno = saved;
	return true;
}

/* Events on the slow way, which may take long enough for the process to end. */
static uint32_t event_pending;

void event_store_slowly(const struct aiot_event *event)
{
	int saved = errno;
	__atomic_fetch_add(&event_pending, 1, __ATOMIC_SEQ_CST);
	event_store_without_slot(event);
	if (thread_self.region)
		thread_self.region->calling = 0;
	__atomic_fetch_sub(&event_pending, 1, __ATOMIC_SEQ_CST);
	errno = saved;
}

void event_wait(void)
{
	for (int i = 0; i < EVENT_PATIENCE && __atomic_load_n(&event_pending, __ATOMIC_SEQ_CST);
	     i++)
		SYS0(sched_yield);
}

void event_forget(void)
{
	event_pending = 0;
}
