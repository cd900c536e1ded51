/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	FILE *stream = TMPFILE();
	meta(ANYWHERE, stream ? fileno(stream) : -1);
	fwrite(buffer, 1, 50, stream);
	fflush(stream);
	expect("stdio.write", ANYWHERE, 0, 50, 50);
}
