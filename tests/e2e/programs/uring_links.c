/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_links FOLDER: writes, makes durable and reads again what it wrote, each linked
 * to the one before, several such chains at a time.
 */
#include <fcntl.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SIZE   65536
#define CHAINS 4
#define ROUNDS 25
#define STEPS  3

static struct io_uring ring;
static char out[SIZE], in[CHAINS][SIZE];

static void step(struct io_uring_sqe *sqe, unsigned number, bool more)
{
	io_uring_sqe_set_data64(sqe, number); /* which nothing else under way has */
	sqe->flags |= more ? IOSQE_IO_LINK : 0;
}

static void chain(int fd, unsigned number, off_t at)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	io_uring_prep_write(sqe, fd, out, SIZE, at);
	step(sqe, number * STEPS, true);
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_fsync(sqe, fd, IORING_FSYNC_DATASYNC);
	step(sqe, number * STEPS + 1, true);
	sqe = io_uring_get_sqe(&ring);
	io_uring_prep_read(sqe, fd, in[number], SIZE, at);
	step(sqe, number * STEPS + 2, false);
}

int main(int count, char **words)
{
	int fds[CHAINS], bad = count != 2 || chdir(words[1]);

	if (bad || io_uring_queue_init(CHAINS * STEPS, &ring, 0))
		return bad ? 2 : 77;
	memset(out, 'x', sizeof out);
	for (int i = 0; i < CHAINS; i++) {
		char name[16];
		snprintf(name, sizeof name, "log%d", i);
		fds[i] = open(name, O_CREAT | O_RDWR, 0666);
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (unsigned i = 0; i < CHAINS; i++)
			chain(fds[i], i, (off_t)round * SIZE);
		io_uring_submit_and_wait(&ring, CHAINS * STEPS);
		for (int i = 0; i < CHAINS * STEPS; i++) {
			struct io_uring_cqe *cqe;
			if (io_uring_wait_cqe(&ring, &cqe) || (cqe->res && cqe->res != SIZE))
				return 1;
			io_uring_cqe_seen(&ring, cqe);
		}
	}
	return 0;
}
