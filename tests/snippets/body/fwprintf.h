/* SPDX-License-Identifier: Apache-2.0 */
#include <wchar.h>

#include "../snippet.h"

/* PRINT(stream, format, number) */
void snippet(void)
{
	FILE *stream = fopen("made", "w");
	row("made", 0, 9 * 4, PRINT(stream, L"number %d", 42) * 4);
	row("made", -1, 6 * 4, PRINT(stream, L"%6d", 1) * 4);
	fclose(stream);
	expect("stdio.write", "made", 0, 15, 15);
}
