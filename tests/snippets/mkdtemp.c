/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	char name[] = "folder.XXXXXX", bad[] = "folder";
	meta(ANYWHERE, mkdtemp(name) ? 0 : -1);
	meta("folder", mkdtemp(bad) ? 0 : -1);
}
