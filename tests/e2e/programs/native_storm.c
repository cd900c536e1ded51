/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads at once from threads with small stacks, from constructors of a library that
 * comes and goes, from forked children and from a timer's signals on a stack of
 * their own: native_storm FILE LIBRARY ROUNDS. Prints how many bytes it read.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int fd, rounds;
static const char *library;
static long done;

static void touch(void)
{
	char byte;
	while (pread(fd, &byte, 1, 0) != 1)
		;
	__atomic_fetch_add(&done, 1, __ATOMIC_RELAXED);
}

__attribute__((noinline, noclone)) static void down(int depth)
{
	if (depth)
		down(depth - 1);
	else
		touch();
	__asm__ volatile("" ::: "memory");
}

static void on_signal(int signal)
{
	(void)signal;
	down(1);
}

static void *reader(void *unused)
{
	for (int i = 0; i < 20 * rounds; i++)
		down(i % 17);
	return unused;
}

static void *small(void *unused)
{
	for (int i = 0; i < 10; i++)
		down(i);
	return unused;
}

/* Its constructor reads. */
static void *loader(void *unused)
{
	for (int i = 0; i < rounds; i++) {
		void *object = dlopen(library, RTLD_NOW | RTLD_LOCAL);
		long (*reads)(int);
		void *found = object ? dlsym(object, "plugin_read") : NULL;
		if (!found)
			abort();
		*(void **)&reads = found;
		__atomic_fetch_add(&done, reads(fd), __ATOMIC_RELAXED);
		dlclose(object);
	}
	return unused;
}

static void *forker(void *unused)
{
	for (int i = 0; i < rounds / 10; i++) {
		int status;
		pid_t child = fork();
		if (!child) {
			down(i % 5);
			_exit(0);
		}
		while (waitpid(child, &status, 0) != child)
			;
		if (status)
			abort();
		__atomic_fetch_add(&done, 1, __ATOMIC_RELAXED);
	}
	return unused;
}

static void *spawner(void *unused)
{
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	for (int i = 0; i < rounds; i++) {
		pthread_t id;
		if (pthread_create(&id, &attributes, small, NULL))
			abort();
		pthread_join(id, NULL);
	}
	return unused;
}

int main(int count, char **arguments)
{
	static char stack[1 << 16];
	void *(*const work[])(void *) = {reader, reader, loader, forker, spawner};
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_RESTART};
	struct itimerval timer = {{0, 700}, {0, 700}};
	sigset_t alarms;
	pthread_t threads[5];
	if (count != 4)
		return 2;
	fd = open(arguments[1], O_RDONLY);
	library = arguments[2];
	rounds = atoi(arguments[3]);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarms, NULL);
	for (int i = 0; i < 5; i++)
		pthread_create(&threads[i], NULL, work[i], NULL);
	sigaltstack(&other, NULL);
	sigaction(SIGALRM, &action, NULL);
	pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	for (int i = 0; i < 20 * rounds; i++)
		down(i % 3);
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
	for (int i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	printf("%ld\n", done);
	return 0;
}
