/* SPDX-License-Identifier: Apache-2.0
 *
 * open and its kin.
 */
#include <stdarg.h>

#include "calls/call.h"

/* The mode is an argument only where a file may be made. */
#define OPEN_MODE(flags, last)                                                                     \
	({                                                                                         \
		va_list arguments_;                                                                \
		va_start(arguments_, last);                                                        \
		bool made_ = (flags)&O_CREAT || ((flags)&O_TMPFILE) == O_TMPFILE;                  \
		mode_t mode_ = made_ ? va_arg(arguments_, mode_t) : 0;                             \
		va_end(arguments_);                                                                \
		mode_;                                                                             \
	})

BY_KERNEL int open(const char *path, int flags, ...)
{
	struct call call;
	mode_t mode = OPEN_MODE(flags, flags);
	if (!call_begin(&call))
		return REAL(open)(path, flags, mode);
	return call_opened(&call, AIOT_CALL_open, AT_FDCWD, path, flags,
	                   REAL(open)(path, flags, mode));
}

BY_KERNEL int open64(const char *path, int flags, ...)
{
	struct call call;
	mode_t mode = OPEN_MODE(flags, flags);
	if (!call_begin(&call))
		return REAL(open64)(path, flags, mode);
	return call_opened(&call, AIOT_CALL_open64, AT_FDCWD, path, flags,
	                   REAL(open64)(path, flags, mode));
}

BY_KERNEL int openat(int directory, const char *path, int flags, ...)
{
	struct call call;
	mode_t mode = OPEN_MODE(flags, flags);
	if (!call_begin(&call))
		return REAL(openat)(directory, path, flags, mode);
	return call_opened(&call, AIOT_CALL_openat, directory, path, flags,
	                   REAL(openat)(directory, path, flags, mode));
}

BY_KERNEL int openat64(int directory, const char *path, int flags, ...)
{
	struct call call;
	mode_t mode = OPEN_MODE(flags, flags);
	if (!call_begin(&call))
		return REAL(openat64)(directory, path, flags, mode);
	return call_opened(&call, AIOT_CALL_openat64, directory, path, flags,
	                   REAL(openat64)(directory, path, flags, mode));
}

BY_KERNEL int creat(const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(creat)(path, mode);
	return call_opened(&call, AIOT_CALL_creat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC,
	                   REAL(creat)(path, mode));
}

BY_KERNEL int creat64(const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(creat64)(path, mode);
	return call_opened(&call, AIOT_CALL_creat64, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC,
	                   REAL(creat64)(path, mode));
}

BY_KERNEL int __open_2(const char *path, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__open_2)(path, flags);
	return call_opened(&call, AIOT_CALL___open_2, AT_FDCWD, path, flags,
	                   REAL(__open_2)(path, flags));
}

BY_KERNEL int __open64_2(const char *path, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__open64_2)(path, flags);
	return call_opened(&call, AIOT_CALL___open64_2, AT_FDCWD, path, flags,
	                   REAL(__open64_2)(path, flags));
}

BY_KERNEL int __openat_2(int directory, const char *path, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__openat_2)(directory, path, flags);
	return call_opened(&call, AIOT_CALL___openat_2, directory, path, flags,
	                   REAL(__openat_2)(directory, path, flags));
}

BY_KERNEL int __openat64_2(int directory, const char *path, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__openat64_2)(directory, path, flags);
	return call_opened(&call, AIOT_CALL___openat64_2, directory, path, flags,
	                   REAL(__openat64_2)(directory, path, flags));
}
