/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	mkdir("sub", 0755);
	meta("sub", rmdir("sub"));
	meta("sub", rmdir("sub"));
	meta("data", rmdir("data"));
}
