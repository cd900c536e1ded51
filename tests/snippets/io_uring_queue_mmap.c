/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	struct io_uring_params p = {0};
	int fd = (int)syscall(SYS_io_uring_setup, 8, &p);
	if (io_uring_queue_mmap(fd, &p, &ring) < 0)
		_exit(77);
	ring.ring_fd = ring.enter_ring_fd = fd; /* the caller's to set, in later versions */
	for (unsigned i = 0; ring.sq.array && i < 8; i++)
		ring.sq.array[i] = i;
	expect("io_uring_setup", NOWHERE, -1, 8, SOME);
	read_of(open("data", O_RDONLY), 40, 10);
	io_uring_submit_and_wait(&ring, 1);
	expect("io_uring.read", "data", 40, 10, take());
}
#endif
