/* SPDX-License-Identifier: Apache-2.0 */
#include <wchar.h>

#include "../snippet.h"

/* PUTWC(character, stream): recorded where the buffer is full. */
void snippet(void)
{
	FILE *stream = fopen("made", "w");
	PUTWC(L'a', stream);
	PUTWC(L'b', stream);
	fclose(stream);
	expect("stdio.write", "made", 0, 2, 2);
	stream = fopen("/dev/full", "w");
	setvbuf(stream, NULL, _IONBF, 0);
	row("/dev/full", -1, 1, PUTWC(L'x', stream) == WEOF ? -1 : 1);
	expect("stdio.write", "/dev/full", -1, 1, -1);
	/* Once more at exit. */
	expect("stdio.write", "/dev/full", -1, 1, -1);
}
