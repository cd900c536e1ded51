/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads files through memory, in a way that its first argument names, and
 * prints what the kernel counted meanwhile for the threads that did it: a line
 * "major minor storage_bytes" of numbers for each. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE    4096
#define THREADS 4

struct work {
	char *bytes;
	size_t size, step;
};

static volatile char sink;

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void touch(const struct work *w)
{
	struct rusage before, after;
	getrusage(RUSAGE_THREAD, &before);
	for (size_t at = 0; at < w->size; at += w->step)
		sink = w->bytes[at];
	getrusage(RUSAGE_THREAD, &after);
	printf("%ld %ld %ld\n", after.ru_majflt - before.ru_majflt,
	       after.ru_minflt - before.ru_minflt, (after.ru_inblock - before.ru_inblock) * 512);
}

static void *touch_in_thread(void *work)
{
	touch(work);
	return NULL;
}

static size_t size_of(int fd)
{
	struct stat about;
	must(fstat(fd, &about) == 0, "fstat");
	return (size_t)about.st_size;
}

/* Maps a file of which nothing is in memory. */
static struct work cold(const char *path, int advice)
{
	int fd = open(path, O_RDONLY);
	must(fd >= 0, path);
	struct work w = {NULL, size_of(fd), PAGE};
	unsigned char *in = calloc(w.size / PAGE + 1, 1);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	w.bytes = mmap(NULL, w.size, PROT_READ, MAP_SHARED, fd, 0);
	must(w.bytes != MAP_FAILED, "mmap");
	must(mincore(w.bytes, w.size, in) == 0, "mincore");
	for (size_t i = 0; i < w.size / PAGE; i++)
		must(!(in[i] & 1), "the file is in memory; what follows");
	must(madvise(w.bytes, w.size, advice) == 0, "madvise");
	close(fd);
	free(in);
	return w;
}

static void threads(struct work all)
{
	pthread_t made[THREADS];
	struct work parts[THREADS];
	for (int i = 0; i < THREADS; i++) {
		size_t part = all.size / THREADS;
		parts[i] = (struct work){all.bytes + (size_t)i * part, part, PAGE};
		must(!pthread_create(&made[i], NULL, touch_in_thread, &parts[i]), "thread");
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(made[i], NULL);
}

/* Threads that were there before the file was mapped, and make no call. */
static pthread_barrier_t gate;
static struct work gated;

static void *touch_behind_gate(void *unused)
{
	pthread_barrier_wait(&gate);
	touch(&gated);
	return unused;
}

static void early_thread(const char *path)
{
	pthread_t made;
	pthread_barrier_init(&gate, NULL, 2);
	must(!pthread_create(&made, NULL, touch_behind_gate, NULL), "thread");
	gated = cold(path, MADV_RANDOM);
	pthread_barrier_wait(&gate);
	pthread_join(made, NULL);
}

static void children(struct work all)
{
	for (int i = 0; i < 2; i++) {
		fflush(stdout);
		if (fork() == 0) {
			struct work half = {all.bytes + (size_t)i * all.size / 2, all.size / 2,
			                    PAGE};
			access("/", F_OK);
			close(open("/dev/null", O_RDONLY));
			touch(&half);
			fflush(stdout);
			_exit(0);
		}
		wait(NULL);
	}
}

static void writes(const char *path, size_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	must(fd >= 0 && ftruncate(fd, (off_t)size) == 0, path);
	char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(bytes != MAP_FAILED, "mmap");
	struct rusage before, after;
	getrusage(RUSAGE_THREAD, &before);
	for (size_t at = 0; at < size; at += PAGE)
		bytes[at] = 1;
	getrusage(RUSAGE_THREAD, &after);
	munmap(bytes, size);
	close(fd);
	printf("%ld %ld 0\n", after.ru_majflt - before.ru_majflt,
	       after.ru_minflt - before.ru_minflt);
}

static sigjmp_buf escape;

static void on_bus(int signal)
{
	siglongjmp(escape, signal);
}

static void truncated(const char *path)
{
	struct work w = cold(path, MADV_RANDOM);
	must(truncate(path, (off_t)w.size / 2) == 0, "truncate");
	struct work half = {w.bytes, w.size / 2, PAGE};
	touch(&half);
	signal(SIGBUS, on_bus);
	if (sigsetjmp(escape, 1) == 0)
		sink = w.bytes[w.size - 1];
	else
		fputs("bus\n", stderr);
}

/* Pieces cut out of a mapping, moved, and laid over. */
static void pieces(const char *path)
{
	struct work w = cold(path, MADV_RANDOM);
	size_t quarter = w.size / 4;
	munmap(w.bytes + quarter, quarter);
	must(mmap(w.bytes + 2 * quarter, quarter, PROT_READ | PROT_WRITE,
	          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED,
	     "mmap over");
	struct work last = {mremap(w.bytes + 3 * quarter, quarter, quarter,
	                           MREMAP_MAYMOVE | MREMAP_FIXED, w.bytes + quarter),
	                    quarter, PAGE};
	must(last.bytes == w.bytes + quarter, "mremap");
	for (size_t at = 0; at < quarter; at += PAGE)
		w.bytes[2 * quarter + at] = 1;
	touch(&(struct work){w.bytes, quarter, PAGE});
	touch(&last);
	munmap(w.bytes, quarter);
	munmap(last.bytes, quarter);
}

/* 10,000 mappings of one page each, of which every third is touched. */
static void many(const char *path)
{
	enum { COUNT = 10000 };
	static char *at[COUNT];
	int fd = open(path, O_RDONLY);
	struct rusage before, after;
	for (int i = 0; i < COUNT; i++) {
		at[i] = mmap(NULL, PAGE, PROT_READ, i % 2 ? MAP_SHARED : MAP_PRIVATE, fd,
		             (off_t)(i * 7 % COUNT) % ((off_t)size_of(fd) / PAGE) * PAGE);
		must(at[i] != MAP_FAILED, "mmap");
	}
	getrusage(RUSAGE_THREAD, &before);
	for (int i = 0; i < COUNT; i += 3)
		sink = at[i][0];
	getrusage(RUSAGE_THREAD, &after);
	for (int i = 0; i < COUNT; i++)
		munmap(at[i], PAGE);
	printf("%ld %ld 0\n", after.ru_majflt - before.ru_majflt,
	       after.ru_minflt - before.ru_minflt);
}

/* Maps, reads and unmaps again and again, with much memory of its own between. */
static void churn(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t size = size_of(fd);
	for (int i = 0; i < 50; i++) {
		char *own = malloc(1 << 22);
		memset(own, i, 1 << 22);
		struct work w = {mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0), size, PAGE};
		must(w.bytes != MAP_FAILED, "mmap");
		touch(&w);
		munmap(w.bytes, size);
		free(own);
	}
}

static void *read_hard(void *path)
{
	struct rusage before, after;
	getrusage(RUSAGE_THREAD, &before);
	int fd = open(path, O_RDONLY);
	size_t size = size_of(fd);
	for (int i = 0; i < 200; i++) {
		char *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
		must(bytes != MAP_FAILED, "mmap");
		for (size_t at = 0; at < size; at += PAGE)
			sink = bytes[at];
		munmap(bytes, size);
	}
	close(fd);
	getrusage(RUSAGE_THREAD, &after);
	printf("%ld %ld 0\n", after.ru_majflt - before.ru_majflt,
	       after.ru_minflt - before.ru_minflt);
	return NULL;
}

/* Threads that map, fault and unmap against each other: it has to end well. */
static void fight(char *path)
{
	pthread_t made[THREADS];
	for (int i = 0; i < THREADS; i++)
		must(!pthread_create(&made[i], NULL, read_hard, path), "thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(made[i], NULL);
}

/* Pages that come without faults, because a call asks for them. */
static void asked(const char *path, const char *how)
{
	struct work w = cold(path, MADV_NORMAL);
	struct rusage before, after;
	int fd = open(path, O_RDONLY), failed = 0;
	size_t quarter = w.size / 4;
	char *part = w.bytes + quarter;
	getrusage(RUSAGE_THREAD, &before);
	if (!strcmp(how, "populate"))
		part = mmap(NULL, quarter, PROT_READ, MAP_SHARED | MAP_POPULATE, fd,
		            (off_t)quarter);
	else if (!strcmp(how, "lock"))
		failed = mlock(part, quarter);
	else if (!strcmp(how, "lock2"))
		failed = mlock2(part, quarter, 0);
	else if (!strcmp(how, "lock_all"))
		failed = mlockall(MCL_CURRENT);
	else if (!strcmp(how, "lock_future"))
		failed = mlockall(MCL_FUTURE) || (part = mmap(NULL, quarter, PROT_READ, MAP_SHARED,
		                                              fd, (off_t)quarter)) == MAP_FAILED;
	else if (!strcmp(how, "advise"))
		failed = madvise(part, quarter, 22 /* MADV_POPULATE_READ */);
	else if (!strcmp(how, "number"))
		failed = (int)syscall(SYS_madvise, part, quarter, 22);
	else if (!strcmp(how, "twice"))
		failed = mlock(part, quarter) || mlock(part, quarter);
	else if (!strcmp(how, "on_fault"))
		failed = mlock2(part, quarter, 1 /* MLOCK_ONFAULT */);
	else if (!strcmp(how, "ahead"))
		failed = madvise(part, quarter, MADV_WILLNEED);
	getrusage(RUSAGE_THREAD, &after);
	must(!failed && part != MAP_FAILED, how);
	printf("%ld %ld %ld\n", after.ru_majflt - before.ru_majflt,
	       after.ru_minflt - before.ru_minflt, (after.ru_inblock - before.ru_inblock) * 512);
	touch(&(struct work){part, quarter, PAGE});
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";
	char *path = argc > 2 ? argv[2] : NULL;
	setvbuf(stdout, NULL, _IOLBF, 65536);
	if (!strcmp(mode, "random"))
		touch(&(struct work[]){cold(path, MADV_RANDOM)}[0]);
	else if (!strcmp(mode, "sequential"))
		touch(&(struct work[]){cold(path, MADV_NORMAL)}[0]);
	else if (!strcmp(mode, "threads"))
		threads(cold(path, MADV_RANDOM));
	else if (!strcmp(mode, "early"))
		early_thread(path);
	else if (!strcmp(mode, "fork"))
		children(cold(path, MADV_RANDOM));
	else if (!strcmp(mode, "write"))
		writes(path, 8 << 20);
	else if (!strcmp(mode, "truncated"))
		truncated(path);
	else if (!strcmp(mode, "pieces"))
		pieces(path);
	else if (!strcmp(mode, "many"))
		many(path);
	else if (!strcmp(mode, "churn"))
		churn(path);
	else if (!strcmp(mode, "fight"))
		fight(path);
	else if (!strncmp(mode, "asked ", 6))
		asked(path, mode + 6);
	else
		return 2;
	return 0;
}
