/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "snippet.h"

static void *reads(void *argument)
{
	ssize_t got = read(*(int *)argument, buffer, 10);
	return (void *)(intptr_t)got;
}

/* The same while faults of a mapped file are told: the thread's are, too. */
static void make(int *fd)
{
	pthread_t thread;
	void *got = NULL;
	int error = pthread_create(&thread, NULL, reads, fd);
	meta(NOWHERE, -error);
	pthread_join(thread, &got);
	expect("read", "data", ANY, 10, (intptr_t)got);
}

void snippet(void)
{
	int fd = open("data", O_RDWR);
	make(&fd);
	char *mapped = mmap(NULL, 100, PROT_READ, MAP_SHARED, fd, 0);
	make(&fd);
	munmap(mapped, 100);
}
