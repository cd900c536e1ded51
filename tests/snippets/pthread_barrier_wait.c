/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>

#include "body/wait.h"

static pthread_barrier_t barrier;
static int waiting;

static void *come_late(void *unused)
{
	while (!__atomic_load_n(&waiting, __ATOMIC_ACQUIRE))
		sched_yield();
	nanosleep(&SHORT, NULL);
	pthread_barrier_wait(&barrier);
	return unused;
}

void snippet(void)
{
	pthread_t thread;
	pthread_barrier_init(&barrier, NULL, 1);
	pthread_barrier_wait(&barrier);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, come_late, NULL);
	__atomic_store_n(&waiting, 1, __ATOMIC_RELEASE);
	int returned = pthread_barrier_wait(&barrier);
	row(NOWHERE, ANY, 0, returned == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : returned);
	pthread_join(thread, NULL);
}
