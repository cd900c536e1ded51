/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	fpos64_t position;
	FILE *stream = fopen("data", "r");
	fread(buffer, 1, 10, stream);
	fgetpos64(stream, &position);
	fread(buffer, 1, 20, stream);
	row("data", 10, 0, fsetpos64(stream, &position) == 0 ? 10 : -1);
	stream = fdopen(pipe_fds[0], "r");
	row(ANYWHERE, 10, 0, fsetpos64(stream, &position));
}
