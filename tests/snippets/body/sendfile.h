/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

static void copied(const char *in, long long in_at, const char *out, long long out_at,
                   long long size, long long n)
{
	int error = errno;
	row(in, in_at, size, n);
	errno = error;
	expect("sendfile.out", out, out_at, size, n);
}

void snippet(void)
{
	int in = open("data", O_RDONLY), out = open("made", O_CREAT | O_RDWR, 0644);
	copied("data", 0, "made", 0, 40, SENDFILE(out, in, NULL, 40));
	copied("data", 40, "made", 40, 500, SENDFILE(out, in, NULL, 500));
	copied("data", DATA_BYTES, "made", DATA_BYTES, 500, SENDFILE(out, in, NULL, 500));
	off_t at = 90;
	copied("data", 90, "made", DATA_BYTES, 50, SENDFILE(out, in, &at, 50));
	copied("data", DATA_BYTES, ANYWHERE, -1, 10, SENDFILE(pipe_fds[1], in, NULL, 10));
	/* Positions are kept for what comes after. */
	ssize_t put = write(out, buffer, 1);
	expect("write", "made", DATA_BYTES + 10, 1, put);
	copied(NOWHERE, ANY, "made", ANY, 10, SENDFILE(out, BAD_FD, NULL, 10));
}
