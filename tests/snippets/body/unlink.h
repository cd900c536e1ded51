/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	meta("data", REMOVE("data"));
	meta("data", REMOVE("data"));
	meta("no/such/folder", REMOVE("no/such/folder"));
}
