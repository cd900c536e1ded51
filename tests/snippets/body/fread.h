/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* FREAD(buffer, size, count, stream): items. The row has bytes, also of an item
 * that came in part. */
void snippet(void)
{
	FILE *stream = fopen("data", "r");
	row("data", 0, 10, (long long)FREAD(buffer, 1, 10, stream));
	expect("stdio.read", "data", 0, 4096, DATA_BYTES);
	row("data", 10, 30, 10 * (long long)FREAD(buffer, 10, 3, stream));
	row("data", 40, 200, (long long)FREAD(buffer, 1, 200, stream));
	expect("stdio.read", "data", DATA_BYTES, 4096, 0);
	row("data", DATA_BYTES, 10, (long long)FREAD(buffer, 1, 10, stream));
	fseek(stream, 95, SEEK_SET);
	expect("stdio.read", "data", 0, 95, 95);
	row("data", 95, 20, 5 + (long long)FREAD(buffer, 10, 2, stream));
	expect("stdio.read", "data", 95, 4096, 5);
	expect("stdio.read", "data", DATA_BYTES, 4096, 0);

	stream = fdopen(pipe_fds[0], "r");
	row(ANYWHERE, -1, 8, (long long)FREAD(buffer, 1, 8, stream));
	expect("stdio.read", ANYWHERE, -1, 4096, 8);
	stream = fopen("made", "w");
	size_t got = FREAD(buffer, 1, 10, stream);
	row("made", 0, 10, got ? 1 : -1);
	/* A stream in memory is no I/O. */
	stream = fmemopen(buffer, 100, "r");
	FREAD(buffer + 100, 1, 10, stream);
}
