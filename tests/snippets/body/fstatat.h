/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* FSTATAT(directory, path, &status, flags), STATUS its type */
void snippet(void)
{
	STATUS status;
	mkdir("sub", 0755);
	int sub = open("sub", O_RDONLY | O_DIRECTORY), fd = open("data", O_RDONLY);
	meta("data", FSTATAT(AT_FDCWD, "data", &status, 0));
	meta("data", FSTATAT(sub, "../data", &status, AT_SYMLINK_NOFOLLOW));
	meta("sub/missing", FSTATAT(sub, "missing", &status, 0));
	meta("data", FSTATAT(fd, "", &status, AT_EMPTY_PATH));
	meta(ANYWHERE, FSTATAT(BAD_FD, "data", &status, 0));
}
