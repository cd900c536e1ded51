/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_storm FILE: threads that make a ring, read a hundred blocks through it
 * and close it, again and again, with files opened and closed and children
 * forked meanwhile: descriptors' numbers are never long the same thing's.
 */
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS  40
#define READS   100

static const char *path;

static void child(void)
{
	char buffer[100];
	int fd = open(path, O_RDONLY);
	_exit(pread(fd, buffer, 100, 0) == 100 ? 3 : 4);
}

static void fork_one(void)
{
	int status;
	pid_t pid = fork();
	if (!pid)
		child();
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) != 3)
		exit(7);
}

static void *work(void *unused)
{
	static __thread char buffer[4096];
	for (int round = 0; round < ROUNDS; round++) {
		struct io_uring ring;
		struct io_uring_cqe *cqe;
		if (io_uring_queue_init(16, &ring, 0))
			exit(77);
		int fd = open(path, O_RDONLY);
		for (int n = 0; n < READS; n++) {
			io_uring_prep_read(io_uring_get_sqe(&ring), fd, buffer, 4096,
			                   n * 7 % READS * 4096);
			io_uring_submit_and_wait(&ring, 1);
			if (io_uring_peek_cqe(&ring, &cqe) || cqe->res != 4096)
				exit(8);
			io_uring_cqe_seen(&ring, cqe);
		}
		close(fd);
		io_uring_queue_exit(&ring);
		if (round % 20 == 5)
			fork_one();
	}
	return unused;
}

int main(int count, char **arguments)
{
	pthread_t threads[THREADS];
	path = arguments[count - 1];
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	puts("calm");
	return 0;
}
