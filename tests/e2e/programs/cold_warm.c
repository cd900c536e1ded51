/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a file at random places with THREADS threads, each in a part of its own,
 * so that none finds what another is fetching, SIZE bytes at a time (0: several
 * sizes), and prints for each read whether all of it was in the page
 * cache just before: "thread offset size cached", each thread's in their order.
 * HEAT is what the cache has of the file at first: cold: nothing, warm: all of
 * it, mixed: every other MiB. With "untold" behind it the kernel no longer knows
 * the readers' restartable sequences (rseq).
 * usage: cold_warm FILE READS SIZE THREADS HEAT [untold]; exits 77 without
 * cachestat.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/rseq.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

#define MIB     (1ull << 20)
#define THREADS 16

struct done {
	unsigned long long at;
	unsigned size;
	int cached;
};

struct reader {
	pthread_t thread;
	unsigned long long state, from; /* where its part of the file begins */
	struct done *done;
	long tid;
};

static const unsigned sizes[] = {4096, 16384, 65536, 262144, 1000, 131072};
static const char *path;
static unsigned long long bytes, share; /* of the file, and of each thread */
static unsigned size;
static int reads, untold;

static unsigned long long chance(unsigned long long *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

static int cached(int fd, unsigned long long offset, unsigned long long length)
{
	unsigned long long range[2] = {offset, length}, pages[5];
	if (syscall(SYS_cachestat, fd, range, pages, 0))
		exit(errno == ENOSYS ? 77 : 1);
	return pages[0] > (offset + length - 1) / 4096 - offset / 4096;
}

/* No read-ahead: the truth is exact. */
static int opened(void)
{
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		exit(1);
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	return fd;
}

/* As glibc registered them: with 32 bytes, or as many as it knows. */
static int forget_sequences(void)
{
	char *own = (char *)__builtin_thread_pointer() + __rseq_offset;
	return syscall(SYS_rseq, own, 32, 1, RSEQ_SIG) &&
	       syscall(SYS_rseq, own, __rseq_size, 1, RSEQ_SIG);
}

static void heat(char how)
{
	char *data = malloc(MIB);
	int fd = opened();
	fsync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	for (unsigned long long at = 0; how != 'c' && at < bytes; at += how == 'w' ? MIB : 2 * MIB)
		if (pread(fd, data, MIB, at) < 0)
			exit(1);
	close(fd);
	free(data);
}

static void *run(void *argument)
{
	struct reader *reader = argument;
	char *data = malloc(MIB);
	int fd = opened();
	reader->tid = syscall(SYS_gettid);
	if (untold && forget_sequences())
		exit(77);
	for (int i = 0; i < reads; i++) {
		struct done *done = &reader->done[i];
		done->size = size ? size : sizes[chance(&reader->state) % 6];
		done->at = reader->from + chance(&reader->state) % (share - done->size);
		done->at &= ~4095ull;
		done->cached = cached(fd, done->at, done->size);
		if (pread(fd, data, done->size, done->at) != done->size)
			exit(1);
	}
	free(data);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct reader readers[THREADS];
	struct stat about;
	if (argc < 6 || stat(path = argv[1], &about))
		return 1;
	bytes = about.st_size;
	reads = atoi(argv[2]);
	size = atoi(argv[3]);
	untold = argc > 6;
	heat(argv[5][0]);
	share = bytes / atoi(argv[4]);
	for (int i = 0; i < atoi(argv[4]) && i < THREADS; i++) {
		readers[i].from = share * i;
		readers[i].state = 88172645463325252ull + i;
		readers[i].done = calloc(reads, sizeof *readers[i].done);
		if (pthread_create(&readers[i].thread, NULL, run, &readers[i]))
			return 1;
	}
	for (int i = 0; i < THREADS && readers[i].done; i++) {
		pthread_join(readers[i].thread, NULL);
		for (int k = 0; k < reads; k++)
			printf("%ld %llu %u %d\n", readers[i].tid, readers[i].done[k].at,
			       readers[i].done[k].size, readers[i].done[k].cached);
	}
	return 0;
}
