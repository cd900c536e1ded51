/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* FSTAT(fd, &status), STATUS its type */
void snippet(void)
{
	STATUS status;
	int fd = open("data", O_RDONLY);
	meta("data", FSTAT(fd, &status));
	meta(ANYWHERE, FSTAT(pipe_fds[0], &status));
	meta(NOWHERE, FSTAT(BAD_FD, &status));
}
