/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	const char *volatile nowhere = NULL;
	meta("data", utimensat(AT_FDCWD, "data", NULL, 0));
	meta("missing", utimensat(AT_FDCWD, "missing", NULL, 0));
	meta(NOWHERE, utimensat(data_fd(O_RDWR), nowhere, NULL, 0));
}
