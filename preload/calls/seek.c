/* SPDX-License-Identifier: Apache-2.0
 *
 * lseek: where the next read or write begins.
 */
#include "calls/call.h"

static int64_t seek_ended(const struct call *call, enum aiot_call id, int64_t offset, int whence,
                          int64_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	struct description *held = call->fd.description;
	if (held && returned >= 0)
		__atomic_store_n(&held->position, returned, __ATOMIC_RELAXED);
	event.offset = offset;
	event.aux = (uint32_t)whence;
	event_store(&event);
	return returned;
}

off_t lseek(int fd, off_t offset, int whence)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(lseek)(fd, offset, whence);
	return seek_ended(&call, AIOT_CALL_lseek, offset, whence, REAL(lseek)(fd, offset, whence));
}

off64_t lseek64(int fd, off64_t offset, int whence)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(lseek64)(fd, offset, whence);
	return seek_ended(&call, AIOT_CALL_lseek64, offset, whence,
	                  REAL(lseek64)(fd, offset, whence));
}
