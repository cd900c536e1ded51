/* SPDX-License-Identifier: Apache-2.0
 *
 * Locks: how long one was waited for is the event's duration.
 */
#include <sys/file.h>

#include "calls/call.h"

int flock(int fd, int operation)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(flock)(fd, operation);
	return call_ended_over(&call, AIOT_CALL_flock, -1, 0, operation,
	                       REAL(flock)(fd, operation));
}

int lockf(int fd, int command, off_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(lockf)(fd, command, size);
	return call_ended_over(&call, AIOT_CALL_lockf, -1, (uint64_t)size, command,
	                       REAL(lockf)(fd, command, size));
}

int lockf64(int fd, int command, off64_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(lockf64)(fd, command, size);
	return call_ended_over(&call, AIOT_CALL_lockf64, -1, (uint64_t)size, command,
	                       REAL(lockf64)(fd, command, size));
}
