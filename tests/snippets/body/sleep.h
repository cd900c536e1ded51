/* SPDX-License-Identifier: Apache-2.0 */
#include <threads.h>

#include "wait.h"

#define SHORT_US (SHORT_MS * 1000)

static void wake(int signal)
{
	(void)signal;
}

/* Ends a wait that is not over SHORT from now. */
static inline void woken_soon(void)
{
	struct sigaction action = {.sa_handler = wake};
	struct itimerval soon = {.it_value = {0, SHORT_US}};
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
}
