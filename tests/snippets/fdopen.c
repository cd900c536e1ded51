/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	FILE *stream = fdopen(data_fd(O_RDONLY), "r");
	meta("data", stream ? ANY : -1);
	stream = fdopen(BAD_FD, "r");
	meta(NOWHERE, stream ? ANY : -1);
}
