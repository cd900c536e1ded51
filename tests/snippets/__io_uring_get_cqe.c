/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	struct io_uring_cqe *cqe;
	new_ring();
	read_of(pipe_fds[0], 0, 4);
	io_uring_submit(&ring);
	expect("io_uring.read", ANYWHERE, ANY, 4, 4);
	row(NOWHERE, -1, 1, as_errno(__io_uring_get_cqe(&ring, &cqe, 0, 1, NULL)));
}
#endif
