/* SPDX-License-Identifier: Apache-2.0
 *
 * hammer FILE COUNTERS PROCESSES THREADS: threads that read FILE until they
 * are killed. Each keeps {pid, tid, reads done} in the shared file COUNTERS.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct counter {
	uint64_t pid, tid, done;
};

static const char *path;
static struct counter *counters;

static void *work(void *place)
{
	struct counter *mine = place;
	char buffer[16];
	int fd = open(path, O_RDONLY);
	mine->pid = getpid();
	mine->tid = syscall(SYS_gettid);
	for (uint64_t i = 0;; i++) {
		if (pread(fd, buffer, sizeof(buffer), i * 7 % 4096) != sizeof(buffer))
			abort();
		__atomic_store_n(&mine->done, i + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	int processes = atoi(argv[3]), threads = atoi(argv[4]);
	int fd = open(argv[2], O_RDWR);
	path = argv[1];
	counters = mmap(NULL, processes * threads * sizeof(*counters), PROT_READ | PROT_WRITE,
	                MAP_SHARED, fd, 0);
	if (counters == MAP_FAILED)
		return 1;
	int number = 0;
	while (number < processes - 1 && fork() > 0)
		number++;
	pthread_t thread;
	for (int i = 1; i < threads; i++)
		pthread_create(&thread, NULL, work, &counters[number * threads + i]);
	work(&counters[number * threads]);
}
