/* SPDX-License-Identifier: Apache-2.0 */
#include "body/sleep.h"

void snippet(void)
{
	woken_soon();
	row(NOWHERE, -1, 0, sleep(7));
}
