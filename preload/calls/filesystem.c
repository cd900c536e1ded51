/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions about the file system that a file is on.
 */
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "calls/call.h"

int statfs(const char *path, struct statfs *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(statfs)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_statfs, AT_FDCWD, path, 0,
	                          REAL(statfs)(path, buffer));
}

int fstatfs(int fd, struct statfs *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fstatfs)(fd, buffer);
	return call_ended(&call, AIOT_CALL_fstatfs, REAL(fstatfs)(fd, buffer));
}

int statfs64(const char *path, struct statfs64 *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(statfs64)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_statfs64, AT_FDCWD, path, 0,
	                          REAL(statfs64)(path, buffer));
}

int fstatfs64(int fd, struct statfs64 *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fstatfs64)(fd, buffer);
	return call_ended(&call, AIOT_CALL_fstatfs64, REAL(fstatfs64)(fd, buffer));
}

int statvfs(const char *path, struct statvfs *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(statvfs)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_statvfs, AT_FDCWD, path, 0,
	                          REAL(statvfs)(path, buffer));
}

int fstatvfs(int fd, struct statvfs *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fstatvfs)(fd, buffer);
	return call_ended(&call, AIOT_CALL_fstatvfs, REAL(fstatvfs)(fd, buffer));
}

int statvfs64(const char *path, struct statvfs64 *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(statvfs64)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_statvfs64, AT_FDCWD, path, 0,
	                          REAL(statvfs64)(path, buffer));
}

int fstatvfs64(int fd, struct statvfs64 *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fstatvfs64)(fd, buffer);
	return call_ended(&call, AIOT_CALL_fstatvfs64, REAL(fstatvfs64)(fd, buffer));
}
