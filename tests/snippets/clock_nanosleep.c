/* SPDX-License-Identifier: Apache-2.0 */
#include "body/sleep.h"

void snippet(void)
{
	struct timespec hour = {3600, 0}, left, at = until(CLOCK_MONOTONIC);
	row(NOWHERE, -1, 0, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL));
	row(NOWHERE, -1, 0, clock_nanosleep(CLOCK_REALTIME, 0, &SHORT, NULL));
	woken_soon();
	row(NOWHERE, -1, 0, error_of(clock_nanosleep(CLOCK_MONOTONIC, 0, &hour, &left)));
}
