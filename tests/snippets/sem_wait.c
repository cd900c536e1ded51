/* SPDX-License-Identifier: Apache-2.0 */
#include "body/wait.h"

static sem_t semaphore;

static void post(int number)
{
	(void)number;
	sem_post(&semaphore);
}

static void nothing(int number)
{
	(void)number;
}

/* SHORT_MS until the alarm. */
static void alarm_by(void (*handler)(int), int flags)
{
	struct itimerval later = {{0, 0}, {0, SHORT_MS * 1000}};
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &later, NULL);
}

void snippet(void)
{
	sem_init(&semaphore, 0, 1);
	sem_wait(&semaphore);
	alarm_by(post, SA_RESTART);
	row(NOWHERE, SOME, 0, sem_wait(&semaphore));
	alarm_by(nothing, 0);
	row(NOWHERE, SOME, 0, sem_wait(&semaphore));
}
