/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	FILE *stream = fopen("data", "r+");
	row("data", 0, 0, FTELL(stream));
	fread(buffer, 1, 10, stream);
	row("data", 0, 0, FTELL(stream));
	fseek(stream, 50, SEEK_SET);
	row("data", 0, 0, FTELL(stream));
	fwrite(buffer, 1, 7, stream);
	row("data", 0, 0, FTELL(stream));
	stream = fopen("data", "a");
	fwrite(buffer, 1, 5, stream);
	row("data", 0, 0, FTELL(stream));
	stream = fdopen(pipe_fds[0], "r");
	row(ANYWHERE, 0, 0, FTELL(stream));
}
