/* SPDX-License-Identifier: Apache-2.0
 *
 * The stat family: the functions that glibc exports from 2.33 on, and the
 * versioned ones that older binaries call.
 */
#include "calls/call.h"

/* fstatat(fd, "", …, AT_EMPTY_PATH) asks about the descriptor itself. */
static int stat_at_ended(const struct call *call, enum aiot_call id, int directory,
                         const char *path, int flags, int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.aux = (uint32_t)flags;
	bool itself =
	        returned == 0 && !thread_is_vforked() && flags & AT_EMPTY_PATH && (!path || !*path);
	if (!itself) {
		call_store_named(&event, directory, path, 0, NULL);
		return returned;
	}
	struct fd fd = fd_look(directory);
	event.file = fd.file;
	event.stage = fd.stage;
	event.handle = fd.description ? fd.description->handle : 0;
	event_store(&event);
	return returned;
}

BY_KERNEL int stat(const char *path, struct stat *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(stat)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_stat, AT_FDCWD, path, 0,
	                          REAL(stat)(path, buffer));
}

BY_KERNEL int stat64(const char *path, struct stat64 *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(stat64)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_stat64, AT_FDCWD, path, 0,
	                          REAL(stat64)(path, buffer));
}

BY_KERNEL int fstat(int fd, struct stat *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fstat)(fd, buffer);
	return call_ended(&call, AIOT_CALL_fstat, REAL(fstat)(fd, buffer));
}

BY_KERNEL int fstat64(int fd, struct stat64 *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fstat64)(fd, buffer);
	return call_ended(&call, AIOT_CALL_fstat64, REAL(fstat64)(fd, buffer));
}

BY_KERNEL int lstat(const char *path, struct stat *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lstat)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_lstat, AT_FDCWD, path, 0,
	                          REAL(lstat)(path, buffer));
}

BY_KERNEL int lstat64(const char *path, struct stat64 *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lstat64)(path, buffer);
	return call_ended_on_path(&call, AIOT_CALL_lstat64, AT_FDCWD, path, 0,
	                          REAL(lstat64)(path, buffer));
}

BY_KERNEL int fstatat(int directory, const char *path, struct stat *buffer, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fstatat)(directory, path, buffer, flags);
	return stat_at_ended(&call, AIOT_CALL_fstatat, directory, path, flags,
	                     REAL(fstatat)(directory, path, buffer, flags));
}

BY_KERNEL int fstatat64(int directory, const char *path, struct stat64 *buffer, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fstatat64)(directory, path, buffer, flags);
	return stat_at_ended(&call, AIOT_CALL_fstatat64, directory, path, flags,
	                     REAL(fstatat64)(directory, path, buffer, flags));
}

BY_KERNEL int __xstat(int version, const char *path, struct stat *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__xstat)(version, path, buffer);
	return call_ended_on_path(&call, AIOT_CALL___xstat, AT_FDCWD, path, 0,
	                          REAL(__xstat)(version, path, buffer));
}

BY_KERNEL int __xstat64(int version, const char *path, struct stat64 *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__xstat64)(version, path, buffer);
	return call_ended_on_path(&call, AIOT_CALL___xstat64, AT_FDCWD, path, 0,
	                          REAL(__xstat64)(version, path, buffer));
}

BY_KERNEL int __fxstat(int version, int fd, struct stat *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(__fxstat)(version, fd, buffer);
	return call_ended(&call, AIOT_CALL___fxstat, REAL(__fxstat)(version, fd, buffer));
}

BY_KERNEL int __fxstat64(int version, int fd, struct stat64 *buffer)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(__fxstat64)(version, fd, buffer);
	return call_ended(&call, AIOT_CALL___fxstat64, REAL(__fxstat64)(version, fd, buffer));
}

BY_KERNEL int __lxstat(int version, const char *path, struct stat *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__lxstat)(version, path, buffer);
	return call_ended_on_path(&call, AIOT_CALL___lxstat, AT_FDCWD, path, 0,
	                          REAL(__lxstat)(version, path, buffer));
}

BY_KERNEL int __lxstat64(int version, const char *path, struct stat64 *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__lxstat64)(version, path, buffer);
	return call_ended_on_path(&call, AIOT_CALL___lxstat64, AT_FDCWD, path, 0,
	                          REAL(__lxstat64)(version, path, buffer));
}

BY_KERNEL int __fxstatat(int version, int directory, const char *path, struct stat *buffer,
                         int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__fxstatat)(version, directory, path, buffer, flags);
	return stat_at_ended(&call, AIOT_CALL___fxstatat, directory, path, flags,
	                     REAL(__fxstatat)(version, directory, path, buffer, flags));
}

BY_KERNEL int __fxstatat64(int version, int directory, const char *path, struct stat64 *buffer,
                           int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__fxstatat64)(version, directory, path, buffer, flags);
	return stat_at_ended(&call, AIOT_CALL___fxstatat64, directory, path, flags,
	                     REAL(__fxstatat64)(version, directory, path, buffer, flags));
}

BY_KERNEL int statx(int directory, const char *path, int flags, unsigned mask, struct statx *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(statx)(directory, path, flags, mask, buffer);
	return stat_at_ended(&call, AIOT_CALL_statx, directory, path, flags,
	                     REAL(statx)(directory, path, flags, mask, buffer));
}
