/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	struct io_uring_cqe *cqe;
	new_ring();
	io_uring_prep_openat(io_uring_get_sqe(&ring), AT_FDCWD, "data", O_RDWR, 0);
	row(NOWHERE, -1, 1, as_errno(io_uring_submit_and_wait(&ring, 1)));
	io_uring_peek_cqe(&ring, &cqe);
	int fd = cqe->res;
	io_uring_cqe_seen(&ring, cqe);
	expect("io_uring.openat", "data", -1, 0, SOME);
	io_uring_prep_openat(io_uring_get_sqe(&ring), AT_FDCWD, "missing", O_RDONLY, 0);
	row(NOWHERE, -1, 1, as_errno(io_uring_submit_and_wait(&ring, 1)));
	expect("io_uring.openat", "missing", -1, 0, as_errno(take()));
	io_uring_prep_fsync(io_uring_get_sqe(&ring), fd, 0);
	row(NOWHERE, -1, 1, as_errno(io_uring_submit_and_wait(&ring, 1)));
	expect("io_uring.fsync", "data", -1, 0, take());
	io_uring_prep_close(io_uring_get_sqe(&ring), fd);
	row(NOWHERE, -1, 1, as_errno(io_uring_submit_and_wait(&ring, 1)));
	expect("io_uring.close", "data", -1, 0, take());
	io_uring_prep_nop(io_uring_get_sqe(&ring));
	row(NOWHERE, -1, 1, as_errno(io_uring_submit_and_wait(&ring, 1)));
	expect("io_uring.other", NOWHERE, -1, 0, take());
}
#endif
