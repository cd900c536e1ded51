/* SPDX-License-Identifier: Apache-2.0 */
#include "body/sleep.h"

void snippet(void)
{
	struct timespec hour = {3600, 0}, left;
	row(NOWHERE, -1, 0, thrd_sleep(&SHORT, NULL));
	woken_soon();
	thrd_sleep(&hour, &left);
	meta(NOWHERE, error_of(EINTR));
}
