/* SPDX-License-Identifier: Apache-2.0 */
#include "event.h"

#include "loss.h"

/* A full buffer that can't be flushed here means that this is a signal
 * handler's call inside a call that is being recorded. */
static void event_store_without_slot(const struct aiot_event *event)
{
	if (thread_self.busy || (thread_current()->region && state_is(STATE_ON)))
		loss_count(AIOT_LOSS_NESTED, 1);
	else if (state_is(STATE_OFF))
		loss_count(AIOT_LOSS_NO_SPACE, 1);
	else if (state_is(STATE_ON) && thread_attach())
		event_store(event);
	else
		thread_write_through(event);
}

void event_store_slowly(const struct aiot_event *event)
{
	int saved = errno;
	event_store_without_slot(event);
	errno = saved;
}
