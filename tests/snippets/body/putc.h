/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

static char small[16];

/* PUTC(character, stream): recorded where the buffer is written out. */
void snippet(void)
{
	FILE *stream = fopen("made", "w");
	setvbuf(stream, small, _IOFBF, sizeof small);
	for (int i = 0; i < 16; i++)
		PUTC('x', stream);
	row("made", 16, 1, PUTC('y', stream) == 'y');
	expect("stdio.write", "made", 0, 16, 16);
	fclose(stream);
	expect("stdio.write", "made", 16, 1, 1);
	stream = fopen("/dev/full", "w");
	setvbuf(stream, NULL, _IONBF, 0);
	row("/dev/full", -1, 1, PUTC('x', stream));
	expect("stdio.write", "/dev/full", -1, 1, -1);
}
