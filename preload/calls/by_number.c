/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls by number where libc's function of that name makes another call (fstat is
 * newfstatat in it), or where there is none. A sandbox tells them apart: one that
 * answers newfstatat by making fstat would be asked again without end.
 */
#include <linux/openat2.h>

#include "calls/call.h"
#include "calls/syscall.h"

long by_number_fstat(int fd, struct stat *buffer)
{
	struct call call;
	bool wanted = call_begin_on(&call, fd);
	int returned = (int)sys_returned(SYS2(fstat, fd, buffer));
	return wanted ? call_ended(&call, AIOT_CALL_fstat, returned) : returned;
}

/* The directory may be the path's root: /proc knows the name. */
long by_number_openat2(int directory, const char *path, const struct open_how *how, size_t size)
{
	struct call call;
	bool wanted = call_begin(&call);
	int fd = (int)sys_returned(SYS4(openat2, directory, path, how, size));
	bool failed = fd < 0;
	if (!wanted)
		return fd;
	return call_opened(&call, AIOT_CALL_openat2, directory, failed ? path : NULL,
	                   failed ? 0 : (int)how->flags, fd);
}

#if defined(__x86_64__)
long by_number_stat(const char *path, struct stat *buffer)
{
	struct call call;
	bool wanted = call_begin(&call);
	int returned = (int)sys_returned(SYS2(stat, path, buffer));
	return wanted ? call_ended_on_path(&call, AIOT_CALL_stat, AT_FDCWD, path, 0, returned)
	              : returned;
}

long by_number_lstat(const char *path, struct stat *buffer)
{
	struct call call;
	bool wanted = call_begin(&call);
	int returned = (int)sys_returned(SYS2(lstat, path, buffer));
	return wanted ? call_ended_on_path(&call, AIOT_CALL_lstat, AT_FDCWD, path, 0, returned)
	              : returned;
}

long by_number_open(const char *path, int flags, mode_t mode)
{
	struct call call;
	bool wanted = call_begin(&call);
	int fd = (int)sys_returned(SYS3(open, path, flags, mode));
	return wanted ? call_opened(&call, AIOT_CALL_open, AT_FDCWD, path, flags, fd) : fd;
}

long by_number_creat(const char *path, mode_t mode)
{
	struct call call;
	bool wanted = call_begin(&call);
	int fd = (int)sys_returned(SYS2(creat, path, mode));
	return wanted ? call_opened(&call, AIOT_CALL_creat, AT_FDCWD, path,
	                            O_CREAT | O_WRONLY | O_TRUNC, fd)
	              : fd;
}

long by_number_mknod(const char *path, mode_t mode, dev_t device)
{
	struct call call;
	bool wanted = call_begin(&call);
	int returned = (int)sys_returned(SYS3(mknod, path, mode, device));
	return wanted ? call_ended_on_path(&call, AIOT_CALL_mknod, AT_FDCWD, path, (int)mode,
	                                   returned)
	              : returned;
}
#endif
