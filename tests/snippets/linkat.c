/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	meta("data", linkat(AT_FDCWD, "data", AT_FDCWD, "again", 0));
	meta("missing", linkat(AT_FDCWD, "missing", AT_FDCWD, "other", 0));
}
