/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	meta("data", link("data", "again"));
	meta("data", link("data", "again"));
	meta("missing", link("missing", "other"));
}
