/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	struct iovec vector[] = {{buffer, 5}, {buffer + 100, 7}};
	row(ANYWHERE, -1, 12, vmsplice(pipe_fds[1], vector, 2, 0));
	row(NOWHERE, -1, 0, vmsplice(BAD_FD, vector, 2, 0));
}
