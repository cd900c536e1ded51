/* SPDX-License-Identifier: Apache-2.0
 *
 * uring_splice FROM TO: copies FROM's blocks to places of TO by splices through a
 * pipe, in an io_uring; every other one at the files' own positions.
 */
#include <fcntl.h>
#include <liburing.h>
#include <unistd.h>

#define BLOCK 4096

static int one(struct io_uring *ring, int in, long in_at, int out, long out_at)
{
	struct io_uring_sqe *entry = io_uring_get_sqe(ring);
	struct io_uring_cqe *done;
	int result;
	io_uring_prep_splice(entry, in, in_at, out, out_at, BLOCK, 0);
	if (io_uring_submit_and_wait(ring, 1) != 1 || io_uring_peek_cqe(ring, &done))
		return -1;
	result = done->res;
	io_uring_cqe_seen(ring, done);
	return result;
}

int main(int count, char **arguments)
{
	struct io_uring ring;
	int ends[2];
	if (count != 3)
		return 2;
	if (io_uring_queue_init(4, &ring, 0))
		return 77;
	int from = open(arguments[1], O_RDONLY);
	int to = open(arguments[2], O_CREAT | O_WRONLY, 0644);
	if (from < 0 || to < 0 || pipe(ends))
		return 1;
	for (int i = 0; i < 20; i++) {
		int own = i % 2;
		if (one(&ring, from, own ? -1 : i * 3L * BLOCK, ends[1], -1) != BLOCK)
			return 1;
		if (one(&ring, ends[0], -1, to, own ? -1 : (40L - i) * BLOCK) != BLOCK)
			return 1;
	}
	io_uring_queue_exit(&ring);
	return 0;
}
