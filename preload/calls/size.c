/* SPDX-License-Identifier: Apache-2.0
 *
 * How long a file is, and the room it has on storage.
 */
#include "calls/call.h"

int fallocate(int fd, int mode, off_t offset, off_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fallocate)(fd, mode, offset, size);
	return call_ended_over(&call, AIOT_CALL_fallocate, offset, (uint64_t)size, mode,
	                       REAL(fallocate)(fd, mode, offset, size));
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fallocate64)(fd, mode, offset, size);
	return call_ended_over(&call, AIOT_CALL_fallocate64, offset, (uint64_t)size, mode,
	                       REAL(fallocate64)(fd, mode, offset, size));
}

int posix_fallocate(int fd, off_t offset, off_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(posix_fallocate)(fd, offset, size);
	return call_ended_with(&call, AIOT_CALL_posix_fallocate, offset, (uint64_t)size, 0,
	                       REAL(posix_fallocate)(fd, offset, size));
}

int posix_fallocate64(int fd, off64_t offset, off64_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(posix_fallocate64)(fd, offset, size);
	return call_ended_with(&call, AIOT_CALL_posix_fallocate64, offset, (uint64_t)size, 0,
	                       REAL(posix_fallocate64)(fd, offset, size));
}

int ftruncate(int fd, off_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(ftruncate)(fd, size);
	return call_ended_over(&call, AIOT_CALL_ftruncate, -1, (uint64_t)size, 0,
	                       REAL(ftruncate)(fd, size));
}

int ftruncate64(int fd, off64_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(ftruncate64)(fd, size);
	return call_ended_over(&call, AIOT_CALL_ftruncate64, -1, (uint64_t)size, 0,
	                       REAL(ftruncate64)(fd, size));
}

static int size_cut(const struct call *call, enum aiot_call id, const char *path, int64_t size,
                    int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = (uint64_t)size;
	call_store_named(&event, AT_FDCWD, path, 0, NULL);
	return returned;
}

int truncate(const char *path, off_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(truncate)(path, size);
	return size_cut(&call, AIOT_CALL_truncate, path, size, REAL(truncate)(path, size));
}

int truncate64(const char *path, off64_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(truncate64)(path, size);
	return size_cut(&call, AIOT_CALL_truncate64, path, size, REAL(truncate64)(path, size));
}
