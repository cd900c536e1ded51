/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	meta(NOWHERE, system("exit 3"));
	meta(NOWHERE, system(NULL));
}
