/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* GETC(stream): recorded where the buffer is filled again. */
void snippet(void)
{
	FILE *stream = fopen("data", "r");
	row("data", 0, 1, GETC(stream) + 1);
	expect("stdio.read", "data", 0, 4096, DATA_BYTES);
	for (int i = 1; i < DATA_BYTES; i++)
		GETC(stream);
	row("data", DATA_BYTES, 1, GETC(stream) + 1);
	expect("stdio.read", "data", DATA_BYTES, 4096, 0);
	stream = fdopen(pipe_fds[0], "r");
	row(ANYWHERE, -1, 1, GETC(stream) + 1);
	expect("stdio.read", ANYWHERE, -1, 4096, 8);
}
