/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

static const char text[] = "first\nnul\0in it\nlast";

/* GETLINE(line, size, stream) */
void snippet(void)
{
	char *line = NULL;
	size_t size = 0;
	int fd = open("text", O_CREAT | O_RDWR, 0644);
	write(fd, text, sizeof text - 1);
	FILE *stream = fopen("text", "r");
	row("text", 0, 6, GETLINE(&line, &size, stream));
	row("text", 6, 10, GETLINE(&line, &size, stream));
	row("text", 16, 4, GETLINE(&line, &size, stream));
	row("text", 20, 0, GETLINE(&line, &size, stream) + 1);
}
