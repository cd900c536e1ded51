/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	meta("pointer", SYMLINK("data", "pointer"));
	meta("pointer", SYMLINK("data", "pointer"));
	meta("no/such/folder", SYMLINK("data", "no/such/folder"));
}
