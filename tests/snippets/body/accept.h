/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"
#include <sys/un.h>

static int client(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	syscall(SYS_connect, fd, name, sizeof *name);
	return fd;
}

/* ACCEPT(fd) */
void snippet(void)
{
	struct sockaddr_un name = {AF_UNIX, "here"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(fd, (struct sockaddr *)&name, sizeof name);
	listen(fd, 2);
	int other = client(&name);
	int got = ACCEPT(fd);
	meta(ANYWHERE, got);
	ssize_t sent = send(other, buffer, 5, 0);
	expect("send", ANYWHERE, -1, 5, sent);
	ssize_t taken = read(got, buffer, 10);
	expect("read", ANYWHERE, -1, 10, taken);
	meta(ANYWHERE, ACCEPT(pipe_fds[0]));
	meta(NOWHERE, ACCEPT(BAD_FD));
}
