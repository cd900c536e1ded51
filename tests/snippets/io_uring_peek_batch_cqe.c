/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	struct io_uring_cqe *cqes[4];
	new_ring();
	read_of(open("data", O_RDONLY), 40, 10);
	io_uring_submit_and_wait(&ring, 1);
	if (io_uring_peek_batch_cqe(&ring, cqes, 4) == 1)
		expect("io_uring.read", "data", 40, 10, cqes[0]->res);
}
#endif
