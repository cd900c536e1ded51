/* SPDX-License-Identifier: Apache-2.0
 *
 * One kind of call, again and again: what the benchmark traces. Of small_files
 * FILE is a folder.
 *
 *     work KIND CALLS THREADS[+WAITING] FILE
 *
 * Each thread makes CALLS calls (or cycles of them) on its own descriptor, beside
 * so many others that only wait until the process ends. The
 * caller measures the process as a whole, so that encoding and exit count.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ring.h"

#define PAGE 4096u

struct work {
	const char *file;
	unsigned long calls;
	unsigned number;
	off_t pages; /* of the file */
	void (*run)(struct work *work);
};

static int work_open(const struct work *w, int flags)
{
	int fd = open(w->file, flags | O_CLOEXEC, 0644);

	if (fd < 0) {
		perror(w->file);
		exit(1);
	}
	return fd;
}

static void run_none(struct work *w)
{
	(void)w;
}

static void run_pread_random(struct work *w)
{
	unsigned long state = 88172645463325252u + w->number;
	int fd = work_open(w, O_RDONLY);
	char page[PAGE];

	for (unsigned long i = 0; i < w->calls; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		if (pread(fd, page, PAGE, (off_t)(state % (unsigned long)w->pages) * PAGE) < 0)
			exit(1);
	}
	close(fd);
}

static void run_pread_sequential(struct work *w)
{
	int fd = work_open(w, O_RDONLY);
	char page[PAGE];

	for (unsigned long i = 0; i < w->calls; i++)
		if (pread(fd, page, PAGE, (off_t)i % w->pages * PAGE) < 0)
			exit(1);
	close(fd);
}

static void run_pread_nothing(struct work *w)
{
	int fd = work_open(w, O_RDONLY);
	char page[PAGE];

	for (unsigned long i = 0; i < w->calls; i++)
		if (pread(fd, page, 0, 0) < 0)
			exit(1);
	close(fd);
}

static void run_read(struct work *w)
{
	int fd = work_open(w, O_RDONLY);
	char page[PAGE];

	for (unsigned long i = 0; i < w->calls; i++)
		if (read(fd, page, PAGE) == 0)
			lseek(fd, 0, SEEK_SET);
	close(fd);
}

static void run_open_read_close(struct work *w)
{
	char page[PAGE];

	for (unsigned long i = 0; i < w->calls; i++) {
		int fd = work_open(w, O_RDONLY);
		if (read(fd, page, PAGE) < 0)
			exit(1);
		close(fd);
	}
}

#define FILES 65536u

/* The files of the folder FILE, by name. */
static unsigned long list_files(const char *folder, char **names)
{
	DIR *d = opendir(folder);
	unsigned long count = 0;
	struct dirent *entry;

	while (d && count < FILES && (entry = readdir(d)))
		if (entry->d_name[0] != '.' &&
		    asprintf(&names[count++], "%s/%s", folder, entry->d_name) < 0)
			exit(1);
	if (!count)
		exit(1);
	closedir(d);
	return count;
}

/* Each is read once in an epoch, in another order each time. */
static void run_small_files(struct work *w)
{
	static char *names[FILES], bytes[65536];
	unsigned long count = list_files(w->file, names), state = 88172645463325252u + w->number;

	for (unsigned long i = 0; i < w->calls; i++) {
		unsigned long from = i % count, other;
		char *swap = names[from];

		state = state * 6364136223846793005u + 1442695040888963407u;
		other = from + (state >> 33) % (count - from);
		names[from] = names[other];
		names[other] = swap;
		int fd = open(names[from], O_RDONLY | O_CLOEXEC);
		while (read(fd, bytes, sizeof bytes) > 0)
			;
		close(fd);
	}
}

static void run_write(struct work *w)
{
	char name[4096], page[PAGE] = {0};
	int fd;

	snprintf(name, sizeof name, "%s.%u", w->file, w->number);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	for (unsigned long i = 0; i < w->calls; i++) {
		if (i % 4096 == 0)
			lseek(fd, 0, SEEK_SET);
		if (write(fd, page, PAGE) < 0)
			exit(1);
	}
	close(fd);
	unlink(name);
}

static void run_fread(struct work *w)
{
	FILE *f = fopen(w->file, "rb");
	char page[PAGE];

	if (!f)
		exit(1);
	for (unsigned long i = 0; i < w->calls; i++)
		if (fread(page, PAGE, 1, f) != 1)
			rewind(f);
	fclose(f);
}

static void run_by_ring(struct work *w, unsigned depth)
{
	static char pages[64][PAGE];
	unsigned long state = 88172645463325252u + w->number;
	int fd = work_open(w, O_RDONLY);
	struct ring ring;

	ring_open(&ring, depth);
	for (unsigned long i = 0; i < w->calls; i += depth) {
		for (unsigned n = 0; n < depth; n++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			ring_read(&ring, n, fd, pages[n], PAGE,
			          (state >> 33) % (unsigned long)w->pages * PAGE);
		}
		ring_go(&ring, depth);
	}
	close(ring.fd);
	close(fd);
}

static void run_uring(struct work *w)
{
	run_by_ring(w, 1);
}

static void run_uring_32(struct work *w)
{
	run_by_ring(w, 32);
}

static const struct {
	const char *name;
	void (*run)(struct work *work);
} kinds[] = {
        {"none", run_none},
        {"pread_random", run_pread_random},
        {"pread_sequential", run_pread_sequential},
        {"pread_nothing", run_pread_nothing},
        {"read", run_read},
        {"open_read_close", run_open_read_close},
        {"small_files", run_small_files},
        {"write", run_write},
        {"fread", run_fread},
        {"uring", run_uring},
        {"uring_32", run_uring_32},
};

static void *work_thread(void *argument)
{
	struct work *w = argument;

	w->run(w);
	return NULL;
}

static void *wait_thread(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static void wait_beside(unsigned threads)
{
	pthread_t id;

	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&id, NULL, wait_thread, NULL))
			exit(1);
}

static void work_all(const struct work *like, unsigned threads)
{
	struct work *works = calloc(threads, sizeof *works);
	pthread_t *ids = calloc(threads, sizeof *ids);

	if (!works || !ids)
		exit(1);
	for (unsigned i = 0; i < threads; i++) {
		works[i] = *like;
		works[i].number = i;
		if (threads == 1)
			like->run(&works[i]);
		else if (pthread_create(&ids[i], NULL, work_thread, &works[i]))
			exit(1);
	}
	for (unsigned i = 0; threads > 1 && i < threads; i++)
		pthread_join(ids[i], NULL);
	free(works);
	free(ids);
}

int main(int argc, char **argv)
{
	struct work w = {0};
	unsigned threads;
	char *rest;
	int fd;

	for (size_t i = 0; argc == 5 && i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, argv[1]))
			w.run = kinds[i].run;
	if (!w.run) {
		fputs("usage: work KIND CALLS THREADS[+WAITING] FILE\n", stderr);
		return 2;
	}
	w.calls = strtoul(argv[2], NULL, 0);
	w.file = argv[4];
	fd = work_open(&w, O_RDONLY);
	w.pages = lseek(fd, 0, SEEK_END) / PAGE;
	close(fd);
	if (w.pages < 1 && w.run != run_small_files)
		return 1;
	threads = (unsigned)strtoul(argv[3], &rest, 10);
	wait_beside(*rest == '+' ? (unsigned)strtoul(rest + 1, NULL, 10) : 0);
	work_all(&w, threads);
	return 0;
}
