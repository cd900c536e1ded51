/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#ifndef RENAME_FLAGS
#define RENAME_FLAGS 0 /* the trace has them as the size */
#endif

void snippet(void)
{
	mkdir("sub", 0755);
	int sub = open("sub", O_RDONLY | O_DIRECTORY);
	row("data", -1, RENAME_FLAGS, RENAMEAT(AT_FDCWD, "data", sub, "moved"));
	row("sub/moved", -1, RENAME_FLAGS, RENAMEAT(sub, "moved", sub, "again"));
	row("sub/missing", -1, RENAME_FLAGS, RENAMEAT(sub, "missing", sub, "again"));
	row(ANYWHERE, -1, RENAME_FLAGS, RENAMEAT(BAD_FD, "missing", sub, "again"));
}
