/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	row("data", -1, 40, TRUNCATE("data", 40));
	row("missing", -1, 40, TRUNCATE("missing", 40));
	row(".", -1, 0, TRUNCATE(".", 0));
}
