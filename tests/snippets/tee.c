/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fds[2];
	syscall(SYS_pipe2, fds, 0);
	ssize_t moved = tee(pipe_fds[0], fds[1], 100, 0);
	row(ANYWHERE, -1, 100, moved);
	expect("tee.out", ANYWHERE, -1, 100, moved);
	/* What was read is still there. */
	ssize_t got = read(pipe_fds[0], buffer, 8);
	expect("read", ANYWHERE, -1, 8, got);
	moved = tee(data_fd(O_RDONLY), fds[1], 10, 0);
	row("data", ANY, 10, moved);
	expect("tee.out", ANYWHERE, -1, 10, moved);
}
