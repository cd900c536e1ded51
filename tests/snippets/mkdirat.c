/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	meta("sub", mkdirat(AT_FDCWD, "sub", 0755));
	int sub = open("sub", O_RDONLY | O_DIRECTORY);
	meta("sub/inner", mkdirat(sub, "inner", 0755));
	meta("sub/inner", mkdirat(sub, "inner", 0755));
	meta(ANYWHERE, mkdirat(BAD_FD, "sub", 0755));
}
