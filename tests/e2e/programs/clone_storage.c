/* SPDX-License-Identifier: Apache-2.0
 *
 * A child that shares memory, on a stack and with a thread's storage of its own
 * that is all zeroes, as sandboxes use it to leave their root folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(void *argument)
{
	char byte;
	int fd = open("data", O_RDONLY);
	if (fd < 0 || read(fd, &byte, 1) != 1 || close(fd) || close(99) != -1)
		_exit(1);
	_exit(chdir("/") ? 2 : 3);
}

int main(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	static char storage[65536] __attribute__((aligned(64)));
	int status = 0;
	errno = 77;
	int pid = clone(child, stack + sizeof stack,
	                CLONE_VM | CLONE_FS | CLONE_VFORK | CLONE_SETTLS | SIGCHLD, NULL, NULL,
	                storage + sizeof storage / 2, NULL);
	int kept = errno;
	char folder[8];
	waitpid(pid, &status, 0);
	printf("%d %d %d %s\n", pid > 0, kept, status,
	       getcwd(folder, sizeof folder) ? folder : "other");
	return 5;
}
