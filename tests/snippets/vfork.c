/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY);
	pid_t child = vfork();
	if (child == 0) {
		/* The parent's memory is ours for now: its descriptors are not. */
		close(fd);
		dup2(pipe_fds[0], fd);
		_exit(0);
	}
	row(NOWHERE, ANY, ANY, child > 0 ? SOME : -1);
	waitpid(child, NULL, 0);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
}
