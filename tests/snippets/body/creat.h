/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	meta("made", CREAT("made", 0600));
	meta("data", CREAT("data", 0600));
	meta(".", CREAT(".", 0600));
	meta("no/made", CREAT("no/made", 0600));
}
