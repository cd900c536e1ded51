/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	char *argv[] = {"true", NULL};
	pid_t child = fork();
	if (child == 0) {
		fexecve(BAD_FD, argv, environ);
		fexecve(open("/bin/true", O_RDONLY), argv, environ);
		_exit(1);
	}
	int status = 1;
	waitpid(child, &status, 0);
	errno = EBADF;
	row(ANYWHERE, ANY, ANY, -1);
	row(ANYWHERE, ANY, ANY, status == 0 ? ANY : -1);
}
