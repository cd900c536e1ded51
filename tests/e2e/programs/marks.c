/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes files named by what their stage must be: STAGE.WHY in the folder given,
 * or other.WHY where no mark is in force.
 */
#include <aio.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <aiotrace/mark.h>

static const char *folder, *program;

static const char *place(const char *name)
{
	static __thread char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void touch(const char *name)
{
	int fd = open(place(name), O_WRONLY | O_CREAT, 0600);
	assert(fd >= 0 && write(fd, "x", 1) == 1);
	close(fd);
}

static sem_t asked, answered;

/* Begins before any mark, asked twice. */
static void *early(void *unused)
{
	(void)unused;
	sem_wait(&asked);
	touch("train.early-thread-follows-main");
	sem_post(&answered);
	sem_wait(&asked);
	touch("other.early-thread-follows-main");
	return NULL;
}

static void *saver(void *unused)
{
	(void)unused;
	sem_wait(&asked);
	touch("checkpoint.thread-keeps-the-mark-it-began-under");
	aiotrace_mark("ingest");
	touch("ingest.thread-has-a-mark-of-its-own");
	return NULL;
}

static void nesting(void)
{
	aiotrace_begin("train");
	aiotrace_begin("checkpoint");
	touch("checkpoint.inner");
	aiotrace_mark("restore");
	touch("restore.changed-inside");
	aiotrace_begin(NULL);
	touch("other.null-inside");
	aiotrace_end();
	touch("restore.null-ended");
	aiotrace_end();
	touch("train.inner-ended");
	aiotrace_begin("no such stage");
	touch("train.unknown-changes-nothing");
	aiotrace_end();
	for (int i = 0; i < 300; i++)
		aiotrace_begin(i < 20 ? "inference" : "prepare");
	touch("prepare.deep");
	for (int i = 0; i < 280; i++)
		aiotrace_end();
	touch("inference.deep-ends");
	for (int i = 0; i < 20; i++)
		aiotrace_end();
	aiotrace_end();
	touch("other.outermost-ended");
	aiotrace_end();
	touch("other.ended-too-often");
}

static void threads(void)
{
	pthread_t first, second;
	sem_init(&asked, 0, 0);
	sem_init(&answered, 0, 0);
	pthread_create(&first, NULL, early, NULL);
	aiotrace_mark("train");
	sem_post(&asked);
	sem_wait(&answered);
	aiotrace_mark(NULL);
	sem_post(&asked);
	pthread_join(first, NULL);
	aiotrace_begin("checkpoint");
	pthread_create(&second, NULL, saver, NULL);
	aiotrace_end();
	aiotrace_mark("train");
	sem_post(&asked);
	pthread_join(second, NULL);
	touch("train.threads-change-nothing-here");
	aiotrace_mark(NULL);
}

static void processes(void)
{
	aiotrace_mark("prepare");
	if (!fork()) {
		touch("prepare.forked");
		aiotrace_mark("train");
		touch("train.forked-marks-itself");
		_exit(0);
	}
	wait(NULL);
	touch("prepare.child-changes-nothing-here");
	if (!fork()) {
		execl(program, program, folder, "prepare.after-exec", NULL);
		_exit(1);
	}
	wait(NULL);
	aiotrace_mark(NULL);
	if (!fork()) {
		execl(program, program, folder, "other.after-exec", NULL);
		_exit(1);
	}
	wait(NULL);
}

static void asynchronous(void)
{
	struct aiocb block = {.aio_buf = "xyz", .aio_nbytes = 3};
	const struct aiocb *list[] = {&block};
	block.aio_fildes = open(place("checkpoint.submitted-under-it"), O_WRONLY | O_CREAT, 0600);
	aiotrace_begin("checkpoint");
	assert(aio_write(&block) == 0);
	aiotrace_end();
	aiotrace_mark("train");
	while (aio_error(&block) == EINPROGRESS)
		aio_suspend(list, 1, NULL);
	assert(aio_return(&block) == 3);
	aiotrace_mark(NULL);
}

/* Each half is read by touching it, under a mark of its own. */
static void mapped(void)
{
	volatile char sum = 0;
	enum { BYTES = 512 << 10, PAGE = 4096 };
	int fd = open(place("mapped"), O_RDWR | O_CREAT, 0600);
	char *block = calloc(1, BYTES);
	assert(write(fd, block, BYTES) == BYTES);
	const char *map = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, fd, 0);
	aiotrace_mark("train");
	for (int at = 0; at < BYTES / 2; at += PAGE)
		sum += map[at];
	aiotrace_mark("inference");
	for (int at = BYTES / 2; at < BYTES; at += PAGE)
		sum += map[at];
	aiotrace_mark(NULL);
	munmap((void *)map, BYTES);
	close(fd);
}

int main(int count, char **arguments)
{
	program = arguments[0];
	folder = arguments[1];
	if (count > 2) {
		touch(arguments[2]);
		return 0;
	}
	errno = 77;
	aiotrace_begin("train");
	aiotrace_end();
	aiotrace_mark("nonsense");
	aiotrace_mark(NULL);
	assert(errno == 77);
	nesting();
	threads();
	processes();
	asynchronous();
	mapped();
	return 0;
}
