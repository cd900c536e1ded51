/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

#if !__has_include(<liburing.h>)
void snippet(void)
{
	_exit(77);
}
#else
#include <liburing.h>

/* Newer than version 2.2. */
#pragma weak io_uring_setup
#pragma weak io_uring_enter
#pragma weak io_uring_enter2
#pragma weak io_uring_register
#pragma weak io_uring_get_events
#pragma weak io_uring_submit_and_get_events
int io_uring_setup(unsigned entries, struct io_uring_params *parameters);
int io_uring_enter(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask);
int io_uring_enter2(unsigned fd, unsigned count, unsigned least, unsigned flags, sigset_t *mask,
                    size_t size);
int io_uring_register(unsigned fd, unsigned operation, const void *argument, unsigned count);
int io_uring_get_events(struct io_uring *ring);
int io_uring_submit_and_get_events(struct io_uring *ring);

/* liburing returns -errno and leaves errno alone. */
static inline long as_errno(long returned)
{
	if (returned >= 0)
		return returned;
	errno = (int)-returned;
	return -1;
}

static struct io_uring ring;

static inline void new_ring(void)
{
	if (io_uring_queue_init(8, &ring, 0) < 0)
		_exit(77);
}

static inline void read_of(int fd, long offset, unsigned size)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
	io_uring_prep_read(sqe, fd, buffer, size, offset);
	io_uring_sqe_set_data64(sqe, (unsigned long)offset);
}

/* Takes a completion out of the tracer's sight. */
static inline int take(void)
{
	struct io_uring_cqe *cqe;
	unsigned head;
	int result = -1;
	while (!io_uring_cq_ready(&ring))
		usleep(100);
	io_uring_for_each_cqe(&ring, head, cqe)
	{
		result = cqe->res;
		break;
	}
	io_uring_cq_advance(&ring, 1);
	return result;
}

static void liburing(void);

void snippet(void)
{
	liburing();
}

#define HAVE_LIBURING
#endif
