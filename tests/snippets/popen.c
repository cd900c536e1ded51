/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	FILE *stream = popen("echo output", "r");
	meta(ANYWHERE, stream ? fileno(stream) : -1);
	fgets(buffer, 100, stream);
	expect("fgets", ANYWHERE, -1, 99, 7);
	pclose(stream);
	stream = popen("true", "wrong");
	meta(NOWHERE, stream ? ANY : -1);
}
