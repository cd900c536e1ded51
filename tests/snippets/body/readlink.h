/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* READLINK(path, buffer, size) */
void snippet(void)
{
	symlink("data", "pointer");
	row("pointer", -1, 4096, READLINK("pointer", buffer, 4096));
	row("pointer", -1, 2, READLINK("pointer", buffer, 2));
	row("data", -1, 4096, READLINK("data", buffer, 4096));
	row("missing", -1, 4096, READLINK("missing", buffer, 4096));
}
