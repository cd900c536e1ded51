/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	FILE *stream = fopen("data", "r");
	fgetc(stream);
	rewind(stream);
	row("data", 0, 0, 0);
	fread(buffer, 1, 10, stream);
	expect("fread", "data", 0, 10, 10);
}
