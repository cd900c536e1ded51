/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	mkdir("sub", 0755);
	int sub = open("sub", O_RDONLY | O_DIRECTORY);
	meta("data", RENAMEAT(AT_FDCWD, "data", sub, "moved"));
	meta("sub/moved", RENAMEAT(sub, "moved", sub, "again"));
	meta("sub/missing", RENAMEAT(sub, "missing", sub, "again"));
	meta(ANYWHERE, RENAMEAT(BAD_FD, "missing", sub, "again"));
}
