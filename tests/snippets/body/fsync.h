/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDWR);
	meta("data", FSYNC(fd));
	meta(ANYWHERE, FSYNC(pipe_fds[0]));
	meta(NOWHERE, FSYNC(BAD_FD));
}
