/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may use a file, whose it is, and its times; and names of files that are
 * not regular ones.
 */
#include <sys/time.h>
#include <utime.h>

#include "calls/call.h"

int chmod(const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(chmod)(path, mode);
	return call_ended_on_path(&call, AIOT_CALL_chmod, AT_FDCWD, path, (int)mode,
	                          REAL(chmod)(path, mode));
}

int fchmod(int fd, mode_t mode)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fchmod)(fd, mode);
	return call_ended_over(&call, AIOT_CALL_fchmod, -1, 0, (int)mode, REAL(fchmod)(fd, mode));
}

int fchmodat(int directory, const char *path, mode_t mode, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fchmodat)(directory, path, mode, flags);
	return call_ended_on_path(&call, AIOT_CALL_fchmodat, directory, path, (int)mode,
	                          REAL(fchmodat)(directory, path, mode, flags));
}

int chown(const char *path, uid_t user, gid_t group)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(chown)(path, user, group);
	return call_ended_on_path(&call, AIOT_CALL_chown, AT_FDCWD, path, 0,
	                          REAL(chown)(path, user, group));
}

int fchown(int fd, uid_t user, gid_t group)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fchown)(fd, user, group);
	return call_ended(&call, AIOT_CALL_fchown, REAL(fchown)(fd, user, group));
}

int lchown(const char *path, uid_t user, gid_t group)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lchown)(path, user, group);
	return call_ended_on_path(&call, AIOT_CALL_lchown, AT_FDCWD, path, 0,
	                          REAL(lchown)(path, user, group));
}

int fchownat(int directory, const char *path, uid_t user, gid_t group, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(fchownat)(directory, path, user, group, flags);
	return call_ended_on_path(&call, AIOT_CALL_fchownat, directory, path, flags,
	                          REAL(fchownat)(directory, path, user, group, flags));
}

int utimensat(int directory, const char *path, const struct timespec times[2], int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(utimensat)(directory, path, times, flags);
	return call_ended_on_path(&call, AIOT_CALL_utimensat, directory, path, flags,
	                          REAL(utimensat)(directory, path, times, flags));
}

int futimens(int fd, const struct timespec times[2])
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(futimens)(fd, times);
	return call_ended(&call, AIOT_CALL_futimens, REAL(futimens)(fd, times));
}

int utimes(const char *path, const struct timeval times[2])
{
	struct call call;
	if (!call_begin(&call))
		return REAL(utimes)(path, times);
	return call_ended_on_path(&call, AIOT_CALL_utimes, AT_FDCWD, path, 0,
	                          REAL(utimes)(path, times));
}

int futimes(int fd, const struct timeval times[2])
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(futimes)(fd, times);
	return call_ended(&call, AIOT_CALL_futimes, REAL(futimes)(fd, times));
}

int lutimes(const char *path, const struct timeval times[2])
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lutimes)(path, times);
	return call_ended_on_path(&call, AIOT_CALL_lutimes, AT_FDCWD, path, 0,
	                          REAL(lutimes)(path, times));
}

int futimesat(int directory, const char *path, const struct timeval times[2])
{
	struct call call;
	if (!call_begin(&call))
		return REAL(futimesat)(directory, path, times);
	return call_ended_on_path(&call, AIOT_CALL_futimesat, directory, path, 0,
	                          REAL(futimesat)(directory, path, times));
}

int utime(const char *path, const struct utimbuf *times)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(utime)(path, times);
	return call_ended_on_path(&call, AIOT_CALL_utime, AT_FDCWD, path, 0,
	                          REAL(utime)(path, times));
}

int mkfifo(const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkfifo)(path, mode);
	return call_ended_on_path(&call, AIOT_CALL_mkfifo, AT_FDCWD, path, (int)mode,
	                          REAL(mkfifo)(path, mode));
}

int mkfifoat(int directory, const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkfifoat)(directory, path, mode);
	return call_ended_on_path(&call, AIOT_CALL_mkfifoat, directory, path, (int)mode,
	                          REAL(mkfifoat)(directory, path, mode));
}

int mknod(const char *path, mode_t mode, dev_t device)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mknod)(path, mode, device);
	return call_ended_on_path(&call, AIOT_CALL_mknod, AT_FDCWD, path, (int)mode,
	                          REAL(mknod)(path, mode, device));
}

int mknodat(int directory, const char *path, mode_t mode, dev_t device)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mknodat)(directory, path, mode, device);
	return call_ended_on_path(&call, AIOT_CALL_mknodat, directory, path, (int)mode,
	                          REAL(mknodat)(directory, path, mode, device));
}

int __xmknod(int version, const char *path, mode_t mode, dev_t *device)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__xmknod)(version, path, mode, device);
	return call_ended_on_path(&call, AIOT_CALL___xmknod, AT_FDCWD, path, (int)mode,
	                          REAL(__xmknod)(version, path, mode, device));
}

int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__xmknodat)(version, directory, path, mode, device);
	return call_ended_on_path(&call, AIOT_CALL___xmknodat, directory, path, (int)mode,
	                          REAL(__xmknodat)(version, directory, path, mode, device));
}

int lchmod(const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lchmod)(path, mode);
	return call_ended_on_path(&call, AIOT_CALL_lchmod, AT_FDCWD, path, (int)mode,
	                          REAL(lchmod)(path, mode));
}
