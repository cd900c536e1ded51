/* SPDX-License-Identifier: Apache-2.0
 *
 * Opens FILE and reads it, puts OTHER in the place of its descriptor by instructions
 * of its own, in the way that HOW says, and reads that through the same descriptor.
 * usage: stale FILE OTHER reopen|dup2|range|unshare READS
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long call(long number, long a, long b, long c)
{
	long result;
	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(a), "S"(b), "d"(c)
	                 : "rcx", "r11", "memory");
	return result;
}

static void replace(int fd, const char *other, const char *how)
{
	if (!strcmp(how, "dup2")) {
		long made = call(SYS_open, (long)other, O_RDONLY, 0);
		call(SYS_dup2, made, fd, 0);
		call(SYS_close, made, 0, 0);
		return;
	}
	if (!strcmp(how, "unshare"))
		call(SYS_unshare, CLONE_FILES, 0, 0);
	if (!strcmp(how, "range"))
		call(SYS_close_range, fd, fd, 0);
	else
		call(SYS_close, fd, 0, 0);
	if (call(SYS_open, (long)other, O_RDONLY, 0) != fd)
		exit(3);
}

int main(int count, char **arguments)
{
	char data[100];
	if (count != 5)
		return 2;
	int fd = open(arguments[1], O_RDONLY), reads = atoi(arguments[4]);
	for (int i = 0; i < reads; i++)
		if (pread(fd, data, 100, 0) != 100)
			return 1;
	replace(fd, arguments[2], arguments[3]);
	for (int i = 0; i < reads; i++)
		if (pread(fd, data, 100, 0) != 100)
			return 1;
	return 0;
}
