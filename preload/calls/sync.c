/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that wait until data is on storage.
 */
#include "calls/call.h"
#include "calls/map.h"

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

int syncfs(int fd)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(syncfs)(fd);
	return call_ended(&call, AIOT_CALL_syncfs, REAL(syncfs)(fd));
}

void sync(void)
{
	struct call call;
	bool wanted = call_begin(&call);
	REAL(sync)();
	if (wanted)
		call_ended(&call, AIOT_CALL_sync, 0);
}

int sync_file_range(int fd, off64_t offset, off64_t size, unsigned flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(sync_file_range)(fd, offset, size, flags);
	return call_ended_over(&call, AIOT_CALL_sync_file_range, offset, (uint64_t)size, (int)flags,
	                       REAL(sync_file_range)(fd, offset, size, flags));
}

int msync(void *address, size_t size, int flags)
{
	struct call call;
	if (!map_begin(&call, address))
		return REAL(msync)(address, size, flags);
	return call_ended_over(&call, AIOT_CALL_msync, (intptr_t)address, size, flags,
	                       REAL(msync)(address, size, flags));
}
