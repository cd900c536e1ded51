/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of libc's names that make the call by number: in the program itself,
 * in a library of its own (-DLIBRARY), or used from there (-DELSEWHERE).
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef ELSEWHERE
int openat(int directory, const char *path, int flags, ...)
{
	return syscall(SYS_openat, directory, path, flags, 0);
}

ssize_t read(int fd, void *buffer, size_t size)
{
	return syscall(SYS_read, fd, buffer, size);
}

int fstat(int fd, struct stat *about)
{
	return syscall(SYS_fstat, fd, about);
}

int close(int fd)
{
	return syscall(SYS_close, fd);
}
#endif

#ifndef LIBRARY
int main(void)
{
	char buffer[10];
	struct stat about;
	int fd = openat(AT_FDCWD, "data", O_RDONLY);
	printf("%d\n", fstat(fd, &about));
	printf("%zd\n", read(fd, buffer, 4));
	printf("%zd\n", read(fd, buffer, 9));
	return close(fd);
}
#endif
