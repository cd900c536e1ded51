/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* OPENAT(directory, path, flags); CREATES where it can make a file. */
void snippet(void)
{
	meta("data", OPENAT(AT_FDCWD, "data", O_RDONLY));
	mkdir("sub", 0755);
	link("data", "sub/inner");
	int sub = OPENAT(AT_FDCWD, "sub", O_RDONLY | O_DIRECTORY);
	meta("sub", sub);
	meta("sub/inner", OPENAT(sub, "inner", O_RDONLY));
	meta("data", OPENAT(sub, "../data", O_RDONLY));
	meta("sub/missing", OPENAT(sub, "missing", O_RDONLY));
	meta(ANYWHERE, OPENAT(BAD_FD, "data", O_RDONLY));
#ifdef CREATES
	meta("sub/made", OPENAT(sub, "made", O_CREAT | O_WRONLY | O_EXCL));
#endif
}
