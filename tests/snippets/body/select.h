/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* SELECT(count, in) with a timeout of SHORT_MS */
void snippet(void)
{
	fd_set in;
	FD_ZERO(&in);
	FD_SET(pipe_fds[0], &in);
	SELECT(pipe_fds[0] + 1, &in);
	read(pipe_fds[0], buffer, 8);
	row(NOWHERE, -1, pipe_fds[0] + 1, SELECT(pipe_fds[0] + 1, &in));
}
