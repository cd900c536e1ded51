/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

static void copied(const char *in, long long in_at, long long out_at, long long size, long long n)
{
	int error = errno;
	row(in, in_at, size, n);
	errno = error;
	expect("copy_file_range.out", "made", out_at, size, n);
}

void snippet(void)
{
	int in = open("data", O_RDONLY), out = open("made", O_CREAT | O_RDWR, 0644);
	copied("data", 0, 0, 40, copy_file_range(in, NULL, out, NULL, 40, 0));
	copied("data", 40, 40, 500, copy_file_range(in, NULL, out, NULL, 500, 0));
	off_t from = 90, to = 300;
	copied("data", 90, 300, 50, copy_file_range(in, &from, out, &to, 50, 0));
	copied("data", 100, 100, 50, copy_file_range(in, NULL, out, NULL, 50, 0));
	ssize_t put = write(out, buffer, 1);
	expect("write", "made", 100, 1, put);
	copied(NOWHERE, ANY, ANY, 10, copy_file_range(BAD_FD, NULL, out, NULL, 10, 0));
}
