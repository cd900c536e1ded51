/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* CHANGE(fd) */
void snippet(void)
{
	meta("data", CHANGE(data_fd(O_RDWR)));
	meta(ANYWHERE, CHANGE(pipe_fds[0]));
	meta(NOWHERE, CHANGE(BAD_FD));
}
