/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* FPUTS(text, stream) writes MORE bytes than the text. */
void snippet(void)
{
	FILE *stream = fopen("made", "w");
	row("made", 0, 5 + MORE, FPUTS("hello", stream) < 0 ? -1 : 5 + MORE);
	row("made", 5 + MORE, 6 + MORE, FPUTS("world!", stream) < 0 ? -1 : 6 + MORE);
	fflush(stream);
	expect("stdio.write", "made", 0, 11 + 2 * MORE, 11 + 2 * MORE);
	fseek(stream, 3, SEEK_SET);
	row("made", 3, 1 + MORE, FPUTS("x", stream) < 0 ? -1 : 1 + MORE);
	fclose(stream);
	expect("stdio.write", "made", 3, 1 + MORE, 1 + MORE);
	stream = fdopen(pipe_fds[1], "w");
	row(ANYWHERE, -1, 1 + MORE, FPUTS("x", stream) < 0 ? -1 : 1 + MORE);
	fclose(stream);
	expect("stdio.write", ANYWHERE, -1, 1 + MORE, 1 + MORE);
	stream = fopen("/dev/full", "w");
	setvbuf(stream, NULL, _IONBF, 0);
	row("/dev/full", -1, 1 + MORE, FPUTS("x", stream));
	expect("stdio.write", "/dev/full", -1, 1, -1);
}
