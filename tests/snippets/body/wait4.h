/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* WAIT(pid, &status, flags) */
static int child(int ms)
{
	int pid = fork();
	if (pid == 0) {
		poll(NULL, 0, ms);
		syscall(SYS_exit_group, 3);
	}
	return pid;
}

static void taken(int returned)
{
	row(NOWHERE, -1, 0, returned > 0 ? SOME : returned);
}

void snippet(void)
{
	int status, pid = child(SHORT_MS);
	(void)pid;
	taken(WAIT(pid, &status, 0));
	/* At once, and still in the trace: a child was taken up. */
	pid = child(0);
	poll(NULL, 0, 5 * SHORT_MS);
	taken(WAIT(pid, &status, 0));
	/* No child at all: neither long nor anything to tell. */
	WAIT(-1, &status, 0);
}
