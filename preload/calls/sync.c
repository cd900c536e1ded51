/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that wait until data is on storage.
 */
#include "calls/call.h"

int fsync(int fd)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fsync)(fd);
	return call_ended(&call, AIOT_CALL_fsync, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fdatasync)(fd);
	return call_ended(&call, AIOT_CALL_fdatasync, REAL(fdatasync)(fd));
}
