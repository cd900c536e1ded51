/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	pid_t child = fork();
	if (child == 0) {
		int fd = open("data", O_RDONLY);
		read(fd, buffer, 10);
		EXIT(7);
	}
	int status = 0;
	waitpid(child, &status, 0);
	expect("read", "data", 0, 10, 10);
	row(NOWHERE, ANY, ANY, WEXITSTATUS(status) == 7 ? ANY : -1);
}
