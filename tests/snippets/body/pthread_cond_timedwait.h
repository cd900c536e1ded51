/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

/* COND_WAIT(&condition, &mutex), which gives up after SHORT_MS */
void snippet(void)
{
	pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&mutex);
	errno = COND_WAIT(&condition, &mutex);
	row(NOWHERE, SOME, 0, errno ? -1 : 0);
}
