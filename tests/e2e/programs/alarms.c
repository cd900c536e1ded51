/* SPDX-License-Identifier: Apache-2.0
 *
 * alarms SECONDS THREADS: a timer at 10 kHz, whose handler writes, interrupts
 * threads that read, open, close and use streams. Prints how many calls of each
 * kind were made: by the handler, and by the threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int log_fd;
static volatile int over;
static unsigned long writes, reads, opens, streams;

static void tick(int number)
{
	int saved = errno;
	(void)number;
	if (write(log_fd, "x", 1) == 1)
		__atomic_fetch_add(&writes, 1, __ATOMIC_RELAXED);
	errno = saved;
}

static void *work(void *unused)
{
	char buffer[64];
	int fd = open("data", O_RDONLY);
	while (!over) {
		for (int i = 0; i < 50; i++)
			if (pread(fd, buffer, sizeof buffer, i) < 0)
				abort();
		int again = openat(AT_FDCWD, "data", O_RDONLY);
		close(again);
		FILE *stream = fopen("data", "r");
		if (fread(buffer, 1, 10, stream) != 10)
			abort();
		fclose(stream);
		__atomic_fetch_add(&reads, 50, __ATOMIC_RELAXED);
		__atomic_fetch_add(&opens, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&streams, 1, __ATOMIC_RELAXED);
	}
	close(fd);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[16];
	int count = atoi(argv[argc - 1]);
	struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};
	struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
	log_fd = open("log", O_CREAT | O_WRONLY, 0600);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	time_t end = time(NULL) + atoi(argv[1]);
	while (time(NULL) < end)
		usleep(10000);
	over = 1;
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	setitimer(ITIMER_REAL, &never, NULL);
	printf("%lu %lu %lu %lu\n", writes, reads, opens, streams);
	return 0;
}
