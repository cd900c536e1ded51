/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	meta("data", rename("data", "moved"));
	meta("data", rename("data", "moved"));
	int fd = open("moved", O_RDONLY);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "moved", 0, 10, got);
	meta("moved", rename("moved", "no/such/folder"));
}
