/* SPDX-License-Identifier: Apache-2.0 */
#include "body/sleep.h"

void snippet(void)
{
	struct timespec hour = {3600, 0}, left;
	row(NOWHERE, -1, 0, nanosleep(&SHORT, NULL));
	woken_soon();
	row(NOWHERE, -1, 0, nanosleep(&hour, &left));
}
