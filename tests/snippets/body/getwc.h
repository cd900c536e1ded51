/* SPDX-License-Identifier: Apache-2.0 */
#include <wchar.h>

#include "../snippet.h"

/* GETWC(stream): recorded where the buffer is filled again. */
void snippet(void)
{
	FILE *stream = fopen("data", "r");
	row("data", 0, 1, GETWC(stream) + 1);
	expect("stdio.read", "data", 0, 4096, DATA_BYTES);
	for (int i = 1; i < DATA_BYTES; i++)
		GETWC(stream);
	row("data", -1, 1, GETWC(stream) == WEOF ? 0 : 1);
	expect("stdio.read", "data", DATA_BYTES, 4096, 0);
}
