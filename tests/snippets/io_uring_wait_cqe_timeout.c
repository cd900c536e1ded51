/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	struct io_uring_cqe *cqe;
	struct __kernel_timespec soon = {0, 1000000};
	new_ring();
	row(NOWHERE, -1, 1, as_errno(io_uring_wait_cqe_timeout(&ring, &cqe, &soon)));
	read_of(open("data", O_RDONLY), 40, 10);
	io_uring_submit(&ring);
	expect("io_uring.read", "data", 40, 10, 10);
	row(NOWHERE, -1, 1, as_errno(io_uring_wait_cqe_timeout(&ring, &cqe, &soon)));
}
#endif
