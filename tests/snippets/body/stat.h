/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* STAT(path, &status), STATUS its type */
void snippet(void)
{
	STATUS status;
	meta("data", STAT("data", &status));
	meta(".", STAT(".", &status));
	meta("missing", STAT("missing", &status));
	meta("data/below", STAT("data/below", &status));
}
