/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* EXEC(path, argv). A call that succeeds never returns: the row was written
 * before, and the new image has a trace of its own. */
void snippet(void)
{
	char *argv[] = {"true", NULL};
	int error = 0;
	pid_t child = fork();
	if (child == 0) {
		EXEC("/nonexistent/program", argv);
		error = errno;
		EXEC("./data", argv);
		EXEC("/bin/true", argv);
		_exit(error);
	}
	int status = 1;
	waitpid(child, &status, 0);
	errno = ENOENT;
	row(ANYWHERE, ANY, ANY, -1);
	errno = EACCES;
	row(ANYWHERE, ANY, ANY, -1);
	row(ANYWHERE, ANY, ANY, status == 0 ? ANY : -1);
}
