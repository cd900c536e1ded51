/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* FORK(): the child has a trace of its own. */
void snippet(void)
{
	int fd = open("data", O_RDONLY);
	read(fd, buffer, 10);
	expect("read", "data", 0, 10, 10);
	pid_t child = FORK();
	if (child == 0) {
		read(fd, buffer, 20);
		close(fd);
		_exit(0);
	}
	row(NOWHERE, -1, 0, child > 0 ? SOME : -1);
	waitpid(child, NULL, 0);
	expect("read", "data", 10, 20, 20);
	read(fd, buffer, 30);
	expect("read", "data", 30, 30, 30);
}
