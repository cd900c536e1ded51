/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#include <spawn.h>

/* SPAWN(pid, path, argv) */
void snippet(void)
{
	char *argv[] = {"true", NULL};
	pid_t child = 0;
	int fd = open("data", O_RDONLY);
	meta("/bin/true", error_of(SPAWN(&child, "/bin/true", argv)));
	waitpid(child, NULL, 0);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
	meta("/no/program", error_of(SPAWN(&child, "/no/program", argv)));
	meta("/bin/true", error_of(SPAWN(NULL, "/bin/true", argv)));
	wait(NULL);
}
