/* SPDX-License-Identifier: Apache-2.0
 *
 * What the test does for itself goes past libc, and so past the tracer.
 */
#include "../../preload/base/sys.h"
#include "snippet.h"

char buffer[4096];
int pipe_fds[2];

static int add_number(char *to, long long number)
{
	if (number == ANY)
		return sprintf(to, "\t*");
	if (number == SOME)
		return sprintf(to, "\t+");
	return sprintf(to, "\t%lld", number);
}

void expect(const char *call, const char *path, long long offset, long long size, long long result)
{
	static char line[8192];
	int saved = errno, length = sprintf(line, "%s\t%s", call, path);
	long long numbers[] = {offset, size, result, result == -1 ? saved : 0};
	for (int i = 0; i < 4; i++)
		length += add_number(line + length, numbers[i]);
	line[length++] = '\n';
	SYS3(write, 1, line, length);
	errno = saved;
}

void row(const char *path, long long offset, long long size, long long result)
{
	expect(SNIPPET, path, offset, size, result);
}

void meta(const char *path, long long result)
{
	row(path, -1, 0, result);
}

long long error_of(int error)
{
	if (!error)
		return 0;
	errno = error;
	return -1;
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
	int fd = SYS4(openat, AT_FDCWD, "data", flags, 0);
	must(fd >= 0, "data");
	return fd;
}

int main(void)
{
	int fd = SYS4(openat, AT_FDCWD, "data", O_CREAT | O_TRUNC | O_WRONLY, 0644);
	must(SYS3(write, fd, buffer, DATA_BYTES) == DATA_BYTES, "data");
	SYS1(close, fd);
	must(SYS2(pipe2, pipe_fds, 0) == 0, "pipe");
	SYS3(write, pipe_fds[1], buffer, 8);
	snippet();
	return 0;
}
