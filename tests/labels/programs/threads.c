/* SPDX-License-Identifier: Apache-2.0
 *
 * Trains without Python: two threads read records of four files in any order, the
 * main one takes them and saves; goes on from what was saved.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aiotrace/mark.h"

#define RECORD  8000
#define RECORDS 200
#define STATE   1000000

static const char *folder;
static char state[STATE];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void path_of(char *path, const char *name, int number)
{
	snprintf(path, 4096, "%s/%s%d", folder, name, number);
}

static void *load(void *which)
{
	char path[4096], record[RECORD];
	unsigned seed = (unsigned)(size_t)which;

	aiotrace_begin("train");
	for (int file = (int)(size_t)which; file < 4; file += 2) {
		int fd;
		path_of(path, "p", file);
		fd = open(path, O_RDONLY);
		for (int i = 0; i < RECORDS; i++) {
			off_t at = (off_t)(rand_r(&seed) % RECORDS) * RECORD;
			if (pread(fd, record, RECORD, at) != RECORD)
				abort();
			pthread_mutex_lock(&lock);
			state[i] ^= record[i];
			pthread_mutex_unlock(&lock);
		}
		close(fd);
	}
	aiotrace_end();
	return NULL;
}

static void save(int epoch)
{
	char path[4096], to[4096];
	FILE *f;

	aiotrace_begin("checkpoint");
	path_of(path, "t", epoch);
	path_of(to, "s", epoch);
	f = fopen(path, "w");
	if (!f || fwrite(state, 1, STATE, f) != STATE || fflush(f) || fsync(fileno(f)))
		abort();
	fclose(f);
	rename(path, to);
	aiotrace_end();
}

static void restore(void)
{
	char path[4096];
	int fd;

	aiotrace_begin("restore");
	path_of(path, "s", 2);
	fd = open(path, O_RDONLY);
	if (fd >= 0 && read(fd, state, STATE) != STATE)
		abort();
	close(fd);
	aiotrace_end();
}

int main(int count, char **arguments)
{
	folder = arguments[count - 1];
	restore();
	for (int epoch = 0; epoch < 3; epoch++) {
		pthread_t threads[2];
		for (size_t i = 0; i < 2; i++)
			pthread_create(&threads[i], NULL, load, (void *)i);
		for (size_t i = 0; i < 2; i++)
			pthread_join(threads[i], NULL);
		save(epoch);
	}
	return 0;
}
