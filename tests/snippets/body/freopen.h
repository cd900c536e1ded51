/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

static FILE *try_again(const char *path, const char *mode, FILE *stream)
{
	stream = FREOPEN(path, mode, stream);
	meta(path, stream ? ANY : -1);
	return stream;
}

void snippet(void)
{
	FILE *stream = fopen("data", "r");
	stream = try_again("made", "w", stream);
	stream = try_again("data", "r", stream);
	/* The stream still stands for what it now is: its descriptor is read. */
	int fd = fileno(stream);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
	try_again("missing", "r", stream);
}
