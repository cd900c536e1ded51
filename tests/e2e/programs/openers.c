/* SPDX-License-Identifier: Apache-2.0
 *
 * openers FOLDER FILES THREADS: threads open, read and close the files 0 to
 * FILES - 1 of FOLDER, each its own, and so use each other's descriptors again.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *folder;
static long files, threads;

static void *work(void *number)
{
	for (long i = (long)number; i < files; i += threads) {
		char name[4096];
		snprintf(name, sizeof name, "%s/%ld", folder, i);
		int fd = open(name, O_RDONLY);
		if (read(fd, name, sizeof name) != 1 || close(fd))
			abort();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t made[64];

	folder = argv[argc - 3];
	files = atol(argv[argc - 2]);
	threads = atol(argv[argc - 1]);
	for (long i = 0; i < threads; i++)
		if (pthread_create(&made[i], NULL, work, (void *)i))
			abort();
	for (long i = 0; i < threads; i++)
		pthread_join(made[i], NULL);
	return 0;
}
