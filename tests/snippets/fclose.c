/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	FILE *stream = fopen("data", "r");
	int fd = fileno(stream);
	meta("data", fclose(stream));
	ssize_t got = read(fd, buffer, 10);
	expect("read", NOWHERE, -1, 10, got);
	stream = fopen("/dev/full", "w");
	fputs("x", stream);
	meta(ANYWHERE, fclose(stream));
}
