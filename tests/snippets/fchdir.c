/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	mkdir("sub", 0755);
	int sub = open("sub", O_RDONLY | O_DIRECTORY);
	meta("sub", fchdir(sub));
	int fd = open("../data", O_RDONLY);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
	meta("data", fchdir(fd));
	meta(NOWHERE, fchdir(BAD_FD));
}
