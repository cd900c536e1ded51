/* SPDX-License-Identifier: Apache-2.0 */
#include "body/wait.h"

static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *wake(void *unused)
{
	nanosleep(&SHORT, NULL);
	pthread_mutex_lock(&mutex);
	pthread_cond_signal(&condition);
	pthread_mutex_unlock(&mutex);
	return unused;
}

void snippet(void)
{
	pthread_t thread;
	pthread_mutex_lock(&mutex);
	pthread_create(&thread, NULL, wake, NULL);
	row(NOWHERE, SOME, 0, pthread_cond_wait(&condition, &mutex));
	pthread_mutex_unlock(&mutex);
	pthread_join(thread, NULL);
}
