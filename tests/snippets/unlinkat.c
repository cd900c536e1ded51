/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	mkdir("sub", 0755);
	int here = open(".", O_RDONLY | O_DIRECTORY);
	meta("data", unlinkat(here, "data", 0));
	meta("data", unlinkat(AT_FDCWD, "data", 0));
	meta("sub", unlinkat(AT_FDCWD, "sub", AT_REMOVEDIR));
	meta(ANYWHERE, unlinkat(BAD_FD, "data", 0));
}
