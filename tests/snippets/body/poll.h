/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* POLL(fds, count) with a timeout of SHORT_MS */
void snippet(void)
{
	struct pollfd fds[] = {{pipe_fds[0], POLLIN, 0}, {pipe_fds[1], POLLIN, 0}};
	POLL(fds, 1);
	read(pipe_fds[0], buffer, 8);
	row(ANYWHERE, -1, 1, POLL(fds, 1));
	row(NOWHERE, -1, 2, POLL(fds, 2));
	row(NOWHERE, -1, 0, POLL(fds, 0));
}
