/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints the nanoseconds that one operation takes; mapped.py says which. */
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE  4096
#define BYTES (16u << 20)

static volatile char sink;
static const char *data;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static char *map_file(size_t bytes)
{
	int fd = open(data, O_RDONLY);
	char *got = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (got == MAP_FAILED)
		exit(1);
	return got;
}

/* A page at a time: a write makes a copy of it alone. */
static double minor(void)
{
	int fd = open(data, O_RDONLY);
	char *bytes = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	double start = now();
	for (size_t at = 0; at < BYTES; at += PAGE)
		bytes[at] = 1;
	return (now() - start) / (BYTES / PAGE);
}

static double anonymous(void)
{
	char *bytes = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(bytes, BYTES, MADV_NOHUGEPAGE);
	double start = now();
	for (size_t at = 0; at < BYTES; at += PAGE)
		bytes[at] = 1;
	return (now() - start) / (BYTES / PAGE);
}

static double allocate(void)
{
	enum { COUNT = 100000 };
	double start = now();
	for (int i = 0; i < COUNT; i++)
		munmap(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), PAGE);
	return (now() - start) / COUNT;
}

static double map(void)
{
	enum { COUNT = 20000 };
	int fd = open(data, O_RDONLY);
	char *held = map_file(PAGE);
	double start = now();
	for (int i = 0; i < COUNT; i++) {
		char *one = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
		sink = one[0];
		munmap(one, PAGE);
	}
	double spent = now() - start;
	munmap(held, PAGE);
	return spent / COUNT;
}

static void *nothing(void *argument)
{
	return argument;
}

static double thread(void)
{
	enum { COUNT = 2000 };
	pthread_t made;
	double start = now();
	for (int i = 0; i < COUNT; i++) {
		pthread_create(&made, NULL, nothing, NULL);
		pthread_join(made, NULL);
	}
	return (now() - start) / COUNT;
}

enum { SWITCHES = 20000 };
static sem_t there, back;

static void *answer(void *argument)
{
	for (int i = 0; i < SWITCHES; i++) {
		sem_wait(&there);
		sem_post(&back);
	}
	return argument;
}

static double switches(void)
{
	pthread_t made;
	sem_init(&there, 0, 0);
	sem_init(&back, 0, 0);
	pthread_create(&made, NULL, answer, NULL);
	double start = now();
	for (int i = 0; i < SWITCHES; i++) {
		sem_post(&there);
		sem_wait(&back);
	}
	double spent = now() - start;
	pthread_join(made, NULL);
	return spent / SWITCHES;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		double (*work)(void);
	} ways[] = {{"minor", minor},
	            {"anonymous", anonymous},
	            {"beside", anonymous},
	            {"allocate", allocate},
	            {"map", map},
	            {"thread", thread},
	            {"switch", switches},
	            {"thread_beside", thread},
	            {"switch_beside", switches}};
	if (argc < 3)
		return 2;
	data = argv[2];
	if (strstr(argv[1], "beside"))
		sink = *map_file(BYTES);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (!strcmp(ways[i].name, argv[1]))
			printf("%f\n", ways[i].work());
	return 0;
}
