/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	meta("sub", mkdir("sub", 0755));
	meta("sub", mkdir("sub", 0755));
	meta("no/such/folder", mkdir("no/such/folder", 0755));
}
