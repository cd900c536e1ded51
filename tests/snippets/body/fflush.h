/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	FILE *stream = fopen("made", "w");
	fwrite(buffer, 1, 10, stream);
	meta("made", FFLUSH(stream));
	expect("stdio.write", "made", 0, 10, 10);
	meta("made", FFLUSH(stream));
	fwrite(buffer, 1, 10, stream);
	meta(NOWHERE, FFLUSH(NULL));
	expect("stdio.write", "made", 10, 10, 10);
	stream = fopen("/dev/full", "w");
	fwrite(buffer, 1, 10, stream);
	meta("/dev/full", FFLUSH(stream));
	expect("stdio.write", "/dev/full", -1, 10, -1);
	/* What was read ahead is given back. */
	stream = fopen("data", "r");
	fread(buffer, 1, 10, stream);
	meta("data", FFLUSH(stream));
	ssize_t got = read(fileno(stream), buffer, 10);
	expect("read", "data", 10, 10, got);
}
