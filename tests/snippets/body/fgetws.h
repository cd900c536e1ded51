/* SPDX-License-Identifier: Apache-2.0 */
#include <wchar.h>

#include "../snippet.h"

#define WIDE(characters) ((characters)*4ll)

/* FGETWS(buffer, size, stream) */
void snippet(void)
{
	static wchar_t line[100];
	int fd = open("text", O_CREAT | O_RDWR, 0644);
	write(fd, "first\nlonger than the buffer\nlast", 34);
	FILE *stream = fopen("text", "r");
	row("text", 0, WIDE(99), FGETWS(line, 100, stream) ? WIDE(6) : -1);
	expect("stdio.read", "text", 0, 4096, 34);
	row("text", -1, WIDE(9), FGETWS(line, 10, stream) ? WIDE(9) : -1);
	row("text", -1, WIDE(99), FGETWS(line, 100, stream) ? WIDE(14) : -1);
	row("text", -1, WIDE(99), FGETWS(line, 100, stream) ? WIDE(4) : -1);
	expect("stdio.read", "text", 34, 4096, 0);
	row("text", -1, WIDE(99), FGETWS(line, 100, stream) ? -1 : 0);
}
