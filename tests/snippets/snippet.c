/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

char buffer[4096];
int pipe_fds[2];

static void print_number(long long number)
{
	if (number == ANY)
		fputs("\t*", stdout);
	else if (number == SOME)
		fputs("\t+", stdout);
	else
		printf("\t%lld", number);
}

void expect(const char *call, const char *path, long long offset, long long size, long long result)
{
	int error = result == -1 ? errno : 0;
	printf("%s\t%s", call, path);
	print_number(offset);
	print_number(size);
	print_number(result);
	print_number(error);
	putchar('\n');
}

void row(const char *path, long long offset, long long size, long long result)
{
	expect(SNIPPET, path, offset, size, result);
}

void meta(const char *path, long long result)
{
	row(path, -1, 0, result);
}

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

int data_fd(int flags)
{
	int fd = syscall(SYS_openat, AT_FDCWD, "data", flags);
	must(fd >= 0, "data");
	return fd;
}

int main(void)
{
	int fd = syscall(SYS_openat, AT_FDCWD, "data", O_CREAT | O_TRUNC | O_WRONLY, 0644);
	must(syscall(SYS_write, fd, buffer, DATA_BYTES) == DATA_BYTES, "data");
	syscall(SYS_close, fd);
	must(syscall(SYS_pipe2, pipe_fds, 0) == 0, "pipe");
	syscall(SYS_write, pipe_fds[1], buffer, 8);
	snippet();
	return 0;
}
