/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#include <stdarg.h>

/* PRINT(stream, format, number) */
void snippet(void)
{
	FILE *stream = fopen("made", "w");
	row("made", 0, 9, PRINT(stream, "number %d", 42));
	row("made", 9, 5000, PRINT(stream, "%5000d", 1));
	expect("stdio.write", "made", 0, 4096, 4096);
	fclose(stream);
	expect("stdio.write", "made", 4096, 913, 913);
	stream = fopen("data", "r");
	row("data", ANY, 0, PRINT(stream, "number %d", 42));
}
