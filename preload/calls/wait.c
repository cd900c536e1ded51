/* SPDX-License-Identifier: Apache-2.0 */
#include "calls/wait.h"

bool wait_is_wanted(void)
{
	return thread_current()->region || (long)thread_id() == SYS0(getpid);
}

struct aiot_event wait_event(const struct call *call, enum aiot_call id, int64_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	if (!event.file)
		event.stage = AIOT_STAGE_IPC;
	return event;
}

void wait_store(const struct aiot_event *event)
{
	if (wait_is_wanted())
		event_store(event);
}
