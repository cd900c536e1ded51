/* SPDX-License-Identifier: Apache-2.0
 *
 * close and its kin. The entry is dropped before the call: from its return on,
 * another thread may get the same number. What a vfork child closes is its own
 * copy, on the way to exec: no I/O, and nothing for the parent's table.
 */
#include "calls/call.h"

BY_KERNEL int close(int fd)
{
	struct call call;
	if (thread_is_vforked())
		return REAL(close)(fd);
	bool wanted = call_begin_on(&call, fd);
	if (wanted)
		call_closes(&call);
	fd_closed(fd);
	if (!wanted)
		return REAL(close)(fd);
	return call_ended(&call, AIOT_CALL_close, REAL(close)(fd));
}

BY_KERNEL int close_range(unsigned first, unsigned last, int flags)
{
	struct call call;
	if (thread_is_vforked())
		return REAL(close_range)(first, last, flags);
	bool wanted = call_begin(&call);
	if (!(flags & CLOSE_RANGE_CLOEXEC))
		fd_closed_from(first, last);
	if (!wanted)
		return REAL(close_range)(first, last, flags);
	return call_ended(&call, AIOT_CALL_close_range, REAL(close_range)(first, last, flags));
}

BY_KERNEL void closefrom(int first)
{
	struct call call;
	if (thread_is_vforked()) {
		REAL(closefrom)(first);
		return;
	}
	bool wanted = call_begin(&call);
	fd_closed_from(first < 0 ? 0 : (unsigned)first, UINT32_MAX);
	REAL(closefrom)(first);
	if (wanted)
		call_ended(&call, AIOT_CALL_closefrom, 0);
}
