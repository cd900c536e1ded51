/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	FILE *stream = popen("exit 3", "r");
	int fd = fileno(stream);
	meta(ANYWHERE, pclose(stream));
	ssize_t got = read(fd, buffer, 10);
	expect("read", NOWHERE, -1, 10, got);
}
