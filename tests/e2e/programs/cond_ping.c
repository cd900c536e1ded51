/* SPDX-License-Identifier: Apache-2.0
 *
 * Two threads hand a turn to each other by a condition variable, and a pool of
 * idle threads waits for a broadcast. Prints how many nanoseconds a turn took.
 * usage: cond_ping TURNS IDLE_THREADS
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER, over = PTHREAD_COND_INITIALIZER;
static long turn, turns;
static int done;

static void play(long me)
{
	pthread_mutex_lock(&mutex);
	while (turn < turns) {
		while (turn % 2 != me && turn < turns)
			pthread_cond_wait(&condition, &mutex);
		turn++;
		pthread_cond_signal(&condition);
	}
	pthread_mutex_unlock(&mutex);
}

static void *other(void *unused)
{
	play(1);
	return unused;
}

static void *idle(void *unused)
{
	pthread_mutex_lock(&mutex);
	while (!done)
		pthread_cond_wait(&over, &mutex);
	pthread_mutex_unlock(&mutex);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread, pool[256];
	int count = argc > 2 ? atoi(argv[2]) : 0;
	struct timespec a, b;
	turns = argc > 1 ? atol(argv[1]) : 1000;
	for (int i = 0; i < count; i++)
		pthread_create(&pool[i], NULL, idle, NULL);
	clock_gettime(CLOCK_MONOTONIC, &a);
	pthread_create(&thread, NULL, other, NULL);
	play(0);
	pthread_join(thread, NULL);
	clock_gettime(CLOCK_MONOTONIC, &b);
	usleep(20000);
	pthread_mutex_lock(&mutex);
	done = 1;
	pthread_cond_broadcast(&over);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < count; i++)
		pthread_join(pool[i], NULL);
	printf("%.1f\n", ((b.tv_sec - a.tv_sec) * 1e9 + b.tv_nsec - a.tv_nsec) / turns);
	return 0;
}
