/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* The position reached; -1 if it failed. */
static long long reached(FILE *stream, int returned)
{
	int saved = errno;
	long long position = returned < 0 ? -1 : ftell(stream);
	errno = saved;
	return position;
}

void snippet(void)
{
	FILE *stream = fopen("data", "r");
	row("data", 30, 0, reached(stream, FSEEK(stream, 30, SEEK_SET)));
	fread(buffer, 1, 10, stream);
	row("data", 5, 0, reached(stream, FSEEK(stream, 5, SEEK_CUR)));
	row("data", -1, 0, reached(stream, FSEEK(stream, -1, SEEK_END)));
	row("data", -1, 0, reached(stream, FSEEK(stream, -1, SEEK_SET)));
	row("data", 0, 0, reached(stream, FSEEK(stream, 0, 99)));
	stream = fdopen(pipe_fds[0], "r");
	row(ANYWHERE, 5, 0, reached(stream, FSEEK(stream, 5, SEEK_SET)));
}
