/* SPDX-License-Identifier: Apache-2.0
 *
 * Storage that is slow: a library to be loaded behind the tracer's, in which
 * each read that asks for SLOW_BYTES takes SLOW_US longer.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

ssize_t read(int fd, void *to, size_t count)
{
	static ssize_t (*real)(int, void *, size_t);
	const char *bytes = getenv("SLOW_BYTES"), *us = getenv("SLOW_US");

	if (!real)
		real = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	if (bytes && us && count == strtoul(bytes, NULL, 10))
		usleep((useconds_t)strtoul(us, NULL, 10));
	return real(fd, to, count);
}
