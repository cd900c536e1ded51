/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* CHANGE(path): about the file that the name stands for. */
void snippet(void)
{
	meta("data", CHANGE("data"));
	meta("missing", CHANGE("missing"));
	meta("data/below", CHANGE("data/below"));
}
