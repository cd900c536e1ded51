/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* WALK(path) calls access for each file: the calls back are the program's. */
void snippet(void)
{
	int walked = WALK(".");
	meta(".", walked);
	expect("access", ".", -1, 0, 0);
	expect("access", "data", -1, 0, 0);
	meta("missing", WALK("missing"));
}
