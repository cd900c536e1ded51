/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = open("data", O_RDONLY);
	meta("data", close(fd));
	meta(NOWHERE, close(fd));
	meta(NOWHERE, close(-1));
	meta(ANYWHERE, close(pipe_fds[0]));
	meta("data", close(data_fd(O_RDONLY)));
}
