/* SPDX-License-Identifier: Apache-2.0 */
#include <wchar.h>

#include "../snippet.h"

/* PUT(text, stream) */
void snippet(void)
{
	FILE *stream = fopen("made", "w");
	row("made", 0, 5 * 4, PUT(L"hello", stream) < 0 ? -1 : 5 * 4);
	row("made", -1, 6 * 4, PUT(L"world!", stream) < 0 ? -1 : 6 * 4);
	fflush(stream);
	expect("stdio.write", "made", 0, 11, 11);
	fclose(stream);
	stream = fopen("/dev/full", "w");
	setvbuf(stream, NULL, _IONBF, 0);
	row("/dev/full", -1, 1 * 4, PUT(L"x", stream));
	expect("stdio.write", "/dev/full", -1, 1, -1);
	/* Once more at exit. */
	expect("stdio.write", "/dev/full", -1, 1, -1);
}
