/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that libc keeps for programs of long ago: each is the call without the
 * underscores, in whose name it is recorded.
 */
#include <stdarg.h>

#include "calls/call.h"

/* Arguments that need not be there are handed on as they are found. */
#define ALIAS_LAST(before, type)                                                                   \
	({                                                                                         \
		va_list arguments_;                                                                \
		va_start(arguments_, before);                                                      \
		type last_ = va_arg(arguments_, type);                                             \
		va_end(arguments_);                                                                \
		last_;                                                                             \
	})

int __open(const char *path, int flags, ...)
{
	return open(path, flags, ALIAS_LAST(flags, mode_t));
}

int __open64(const char *path, int flags, ...)
{
	return open64(path, flags, ALIAS_LAST(flags, mode_t));
}

int __close(int fd)
{
	return close(fd);
}

ssize_t __read(int fd, void *buffer, size_t size)
{
	return read(fd, buffer, size);
}

ssize_t __write(int fd, const void *buffer, size_t size)
{
	return write(fd, buffer, size);
}

ssize_t __pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	return pread64(fd, buffer, size, offset);
}

ssize_t __pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	return pwrite64(fd, buffer, size, offset);
}

off_t __lseek(int fd, off_t offset, int whence)
{
	return lseek(fd, offset, whence);
}

int __fcntl(int fd, int command, ...)
{
	return fcntl(fd, command, ALIAS_LAST(command, long));
}

int __dup2(int fd, int copy)
{
	return dup2(fd, copy);
}
