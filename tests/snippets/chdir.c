/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	mkdir("sub", 0755);
	meta("sub", chdir("sub"));
	/* Relative names follow. */
	int fd = open("../data", O_RDONLY);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
	meta(".", chdir(".."));
	meta("missing", chdir("missing"));
	meta("data", chdir("data"));
}
