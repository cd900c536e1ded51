/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	fpos_t position;
	FILE *stream = fopen("data", "r");
	fread(buffer, 1, 10, stream);
	row("data", 0, 0, fgetpos(stream, &position) == 0 ? 10 : -1);
	stream = fdopen(pipe_fds[0], "r");
	row(ANYWHERE, 0, 0, fgetpos(stream, &position));
}
