/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <signal.h>

#include "snippet.h"

static char stack[65536] __attribute__((aligned(16)));

static int child(void *fd)
{
	/* The parent's memory may be ours: its descriptors are not. */
	close(*(int *)fd);
	dup2(pipe_fds[0], *(int *)fd);
	_exit(0);
}

static void try_clone(int flags)
{
	int fd = open("data", O_RDONLY);
	pid_t pid = clone(child, stack + sizeof stack, flags | SIGCHLD, &fd);
	meta(NOWHERE, pid > 0 ? SOME : -1);
	waitpid(pid, NULL, 0);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
	int again = open("data", O_RDONLY);
	got = read(again, buffer, 20);
	expect("read", "data", 0, 20, got);
}

void snippet(void)
{
	ssize_t got = read(pipe_fds[0], buffer, 1);
	expect("read", ANYWHERE, -1, 1, got);
	try_clone(0);
	try_clone(CLONE_VM | CLONE_VFORK);
	try_clone(CLONE_VM);
	meta(NOWHERE, clone(NULL, NULL, SIGCHLD, NULL));
}
