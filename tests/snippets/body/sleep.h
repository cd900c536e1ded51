/* SPDX-License-Identifier: Apache-2.0 */
#include <threads.h>

#include "wait.h"

#define SHORT_US (SHORT_MS * 1000)

static void wake(int signal)
{
	(void)signal;
}

/* Ends a wait that is not over SHORT from now; again and again, lest one that begins late is never
 * woken. */
static inline void woken_soon(void)
{
	struct sigaction action = {.sa_handler = wake, .sa_flags = SA_RESTART};
	struct itimerval soon = {.it_interval = {0, SHORT_US}, .it_value = {0, SHORT_US}};
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
}
