/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "snippet.h"

/* Copies that share storage, where the file system knows how, are I/O; what
 * terminals and pipes are asked is none. */
void snippet(void)
{
	int to = open("made", O_CREAT | O_RDWR, 0600), waiting;
	struct file_clone_range range = {.src_fd = data_fd(O_RDONLY)};
	ioctl(pipe_fds[0], FIONREAD, &waiting);
	row("made", ANY, ANY, ioctl(to, FICLONE, range.src_fd));
	row("made", ANY, ANY, ioctl(to, FICLONERANGE, &range));
	row(NOWHERE, ANY, ANY, ioctl(BAD_FD, FICLONE, range.src_fd));
}
