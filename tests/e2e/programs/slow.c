/* SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded, makes storage slow: each read and write of a regular file takes
 * SLOW_US microseconds longer.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void slow(int fd)
{
	const char *us = getenv("SLOW_US");
	struct stat about;
	struct timespec t = {0, us ? atol(us) * 1000 : 0};

	if (!fstat(fd, &about) && S_ISREG(about.st_mode))
		clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

#define SLOW(type, name, parameters, arguments)                                                    \
	type name parameters                                                                       \
	{                                                                                          \
		type(*real) parameters = (type(*) parameters)dlsym(RTLD_NEXT, #name);              \
		slow(fd);                                                                          \
		return real arguments;                                                             \
	}

SLOW(ssize_t, read, (int fd, void *b, size_t n), (fd, b, n))
SLOW(ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n))
SLOW(ssize_t, pread, (int fd, void *b, size_t n, off_t at), (fd, b, n, at))
SLOW(ssize_t, pwrite, (int fd, const void *b, size_t n, off_t at), (fd, b, n, at))
