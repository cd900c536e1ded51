/* SPDX-License-Identifier: Apache-2.0 */
#include "body/wait.h"

static void *sleep_a_little(void *unused)
{
	nanosleep(&SHORT, NULL);
	return unused;
}

void snippet(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, sleep_a_little, NULL);
	row(NOWHERE, ANY, 0, pthread_join(thread, NULL));
}
