/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/un.h>

#include "body/wait.h"

void snippet(void)
{
	struct sockaddr_un name = {AF_UNIX, "here"};
	int server = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0);
	meta(ANYWHERE, connect(fd, (struct sockaddr *)&name, sizeof name));
	bind(server, (struct sockaddr *)&name, sizeof name);
	listen(server, 2);
	meta(ANYWHERE, connect(fd, (struct sockaddr *)&name, sizeof name));
	meta(ANYWHERE, connect(pipe_fds[0], (struct sockaddr *)&name, sizeof name));
	meta(NOWHERE, connect(BAD_FD, (struct sockaddr *)&name, sizeof name));
}
