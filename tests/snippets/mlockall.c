/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

/* How much may be locked differs from user to user. */
void snippet(void)
{
	meta(NOWHERE, mlockall(MCL_CURRENT));
	munlockall();
	meta(NOWHERE, mlockall(0));
}
