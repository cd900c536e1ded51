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
static long by_number_on_path(enum aiot_call id, long number, const char *path, long b, long c,
                              int flags)
{
	struct call call;
	bool wanted = call_begin(&call);
	int returned = (int)sys_returned(sys_call(number, (long)path, b, c, 0, 0, 0));
	return wanted ? call_ended_on_path(&call, id, AT_FDCWD, path, flags, returned) : returned;
}

long by_number_stat(const char *path, struct stat *buffer)
{
	return by_number_on_path(AIOT_CALL_stat, SYS_stat, path, (long)buffer, 0, 0);
}

long by_number_lstat(const char *path, struct stat *buffer)
{
	return by_number_on_path(AIOT_CALL_lstat, SYS_lstat, path, (long)buffer, 0, 0);
}

long by_number_mknod(const char *path, mode_t mode, dev_t device)
{
	return by_number_on_path(AIOT_CALL_mknod, SYS_mknod, path, mode, (long)device, (int)mode);
}

static long by_number_opens(enum aiot_call id, long number, const char *path, long b, mode_t mode,
                            int flags)
{
	struct call call;
	bool wanted = call_begin(&call);
	int fd = (int)sys_returned(sys_call(number, (long)path, b, mode, 0, 0, 0));
	return wanted ? call_opened(&call, id, AT_FDCWD, path, flags, fd) : fd;
}

long by_number_open(const char *path, int flags, mode_t mode)
{
	return by_number_opens(AIOT_CALL_open, SYS_open, path, flags, mode, flags);
}

long by_number_creat(const char *path, mode_t mode)
{
	return by_number_opens(AIOT_CALL_creat, SYS_creat, path, mode, 0,
	                       O_CREAT | O_WRONLY | O_TRUNC);
}
#endif
