/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* MAKE(path) */
void snippet(void)
{
	meta("made", MAKE("made"));
	meta("made", MAKE("made"));
	meta("no/such/folder", MAKE("no/such/folder"));
}
