/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program tells the kernel about its accesses to come. Advice about
 * memory that is no file's mapping passes through unrecorded: malloc's.
 */
#include "calls/map.h"

int posix_fadvise(int fd, off_t offset, off_t size, int advice)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(posix_fadvise)(fd, offset, size, advice);
	return call_ended_with(&call, AIOT_CALL_posix_fadvise, offset, (uint64_t)size, advice,
	                       REAL(posix_fadvise)(fd, offset, size, advice));
}

int posix_fadvise64(int fd, off64_t offset, off64_t size, int advice)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(posix_fadvise64)(fd, offset, size, advice);
	return call_ended_with(&call, AIOT_CALL_posix_fadvise64, offset, (uint64_t)size, advice,
	                       REAL(posix_fadvise64)(fd, offset, size, advice));
}

ssize_t readahead(int fd, off64_t offset, size_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(readahead)(fd, offset, size);
	return call_ended_over(&call, AIOT_CALL_readahead, offset, size, 0,
	                       (int)REAL(readahead)(fd, offset, size));
}

int madvise(void *address, size_t size, int advice)
{
	struct call call;
	if (!map_begin(&call, address))
		return REAL(madvise)(address, size, advice);
	return call_ended_over(&call, AIOT_CALL_madvise, (intptr_t)address, size, advice,
	                       REAL(madvise)(address, size, advice));
}

int posix_madvise(void *address, size_t size, int advice)
{
	struct call call;
	if (!map_begin(&call, address))
		return REAL(posix_madvise)(address, size, advice);
	return call_ended_with(&call, AIOT_CALL_posix_madvise, (intptr_t)address, size, advice,
	                       REAL(posix_madvise)(address, size, advice));
}

/* What is locked is brought in, by the kernel itself: no faults tell of it. */
int mlock(const void *address, size_t size)
{
	struct call call;
	if (!map_begin(&call, address))
		return REAL(mlock)(address, size);
	return call_ended_over(&call, AIOT_CALL_mlock, (intptr_t)address, size, 0,
	                       REAL(mlock)(address, size));
}

int mlock2(const void *address, size_t size, unsigned flags)
{
	struct call call;
	if (!map_begin(&call, address))
		return REAL(mlock2)(address, size, flags);
	return call_ended_over(&call, AIOT_CALL_mlock2, (intptr_t)address, size, (int)flags,
	                       REAL(mlock2)(address, size, flags));
}
