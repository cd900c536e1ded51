/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	pid_t child = fork();
	if (child == 0) {
		int failed = daemon(1, 1);
		_exit(failed);
	}
	waitpid(child, NULL, 0);
	meta(NOWHERE, 0);
}
