/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = data_fd(O_RDONLY);
	row("data", 0, 0, error_of(FADVISE(fd, 0, 0, POSIX_FADV_SEQUENTIAL)));
	row("data", 10, 50, error_of(FADVISE(fd, 10, 50, POSIX_FADV_DONTNEED)));
	row("data", 0, 0, error_of(FADVISE(fd, 0, 0, 12345)));
	row(ANYWHERE, 0, 0, error_of(FADVISE(pipe_fds[0], 0, 0, POSIX_FADV_NORMAL)));
	row(NOWHERE, 0, 0, error_of(FADVISE(BAD_FD, 0, 0, POSIX_FADV_NORMAL)));
}
