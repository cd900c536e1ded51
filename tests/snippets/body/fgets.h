/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

static const char text[] = "first\nnul\0in it\nlonger than the buffer\nlast";

/* FGETS(buffer, size, stream) */
void snippet(void)
{
	int fd = open("text", O_CREAT | O_RDWR, 0644);
	write(fd, text, sizeof text - 1);
	FILE *stream = fopen("text", "r");
	row("text", 0, 99, FGETS(buffer, 100, stream) ? 6 : -1);
	row("text", 6, 99, FGETS(buffer, 100, stream) ? 10 : -1);
	row("text", 16, 9, FGETS(buffer, 10, stream) ? 9 : -1);
	row("text", 25, 99, FGETS(buffer, 100, stream) ? 14 : -1);
	row("text", 39, 99, FGETS(buffer, 100, stream) ? 4 : -1);
	row("text", 43, 99, FGETS(buffer, 100, stream) ? -1 : 0);
	stream = fdopen(pipe_fds[0], "r");
	row(ANYWHERE, -1, 8, FGETS(buffer, 9, stream) ? 8 : -1);
}
