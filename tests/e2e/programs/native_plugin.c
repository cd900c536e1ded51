/* SPDX-License-Identifier: Apache-2.0
 *
 * A library that reads when it is loaded, and when it is asked to.
 */
#include <fcntl.h>
#include <unistd.h>

static long count;

static long plugin_look(int fd)
{
	char byte;
	return fd >= 0 ? pread(fd, &byte, 1, 0) : 0;
}

__attribute__((constructor)) static void plugin_load(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	count = plugin_look(fd);
	close(fd);
}

long plugin_read(int fd);
long plugin_read(int fd)
{
	return count == 1 ? plugin_look(fd) : 0;
}
