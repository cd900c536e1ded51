/* SPDX-License-Identifier: Apache-2.0 */
#include "body/sleep.h"

void snippet(void)
{
	row(NOWHERE, -1, 0, usleep(SHORT_US));
	woken_soon();
	row(NOWHERE, -1, 0, usleep(900000));
}
