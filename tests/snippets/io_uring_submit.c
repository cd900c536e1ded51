/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	int fd = open("data", O_RDONLY), end = open("data", O_WRONLY | O_APPEND),
	    position = open("data", O_RDWR);
	struct iovec parts[] = {{buffer, 10}, {buffer + 10, 20}};
	new_ring();
	read_of(fd, 40, 10);
	row(NOWHERE, -1, 0, as_errno(io_uring_submit(&ring)));
	expect("io_uring.read", "data", 40, 10, take());
	row(NOWHERE, -1, 0, as_errno(io_uring_submit(&ring)));

	io_uring_prep_readv(io_uring_get_sqe(&ring), fd, parts, 2, 60);
	row(NOWHERE, -1, 0, as_errno(io_uring_submit(&ring)));
	expect("io_uring.readv", "data", 60, 30, take());
	io_uring_prep_write(io_uring_get_sqe(&ring), end, buffer, 7, 0);
	row(NOWHERE, -1, 0, as_errno(io_uring_submit(&ring)));
	expect("io_uring.write", "data", DATA_BYTES, 7, take());
	io_uring_prep_write(io_uring_get_sqe(&ring), position, buffer, 5, -1);
	row(NOWHERE, -1, 0, as_errno(io_uring_submit(&ring)));
	expect("io_uring.write", "data", 0, 5, take());
	io_uring_prep_read(io_uring_get_sqe(&ring), position, buffer, 5, -1);
	row(NOWHERE, -1, 0, as_errno(io_uring_submit(&ring)));
	expect("io_uring.read", "data", 5, 5, take());
	read_of(BAD_FD, 3, 10);
	row(NOWHERE, -1, 0, as_errno(io_uring_submit(&ring)));
	expect("io_uring.read", NOWHERE, 3, 10, as_errno(take()));
}
#endif
