/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#include <stdarg.h>

/* SCAN(stream, format, into) */
void snippet(void)
{
	int number = 0, fd = open("numbers", O_CREAT | O_RDWR, 0600);
	if (write(fd, "12 345 x", 8) != 8)
		exit(1);
	FILE *stream = fopen("numbers", "r");
	row("numbers", 0, 2, SCAN(stream, "%d", &number) == 1 && number == 12 ? 2 : -1);
	expect("stdio.read", "numbers", 0, 4096, 8);
	row("numbers", 2, 4, SCAN(stream, "%d", &number) == 1 && number == 345 ? 4 : -1);
	row("numbers", 6, 1, SCAN(stream, "%d", &number) == 0 ? 1 : -1);
	row("numbers", 7, 1, SCAN(stream, "%*c", &number) == 0 ? 1 : -1);
	row("numbers", 8, 0, SCAN(stream, "%d", &number) + 1);
	expect("stdio.read", "numbers", 8, 4096, 0);
}
