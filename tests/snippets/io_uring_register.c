/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	if (!io_uring_register)
		_exit(77);
	int fd = open("data", O_RDONLY);
	new_ring();
	row(NOWHERE, -1, 1,
	    syscall(SYS_io_uring_register, ring.ring_fd, IORING_REGISTER_FILES, &fd, 1));
	read_of(0, 40, 10);
	io_uring_get_sqe(&ring)->opcode = IORING_OP_NOP;
	ring.sq.sqes[0].flags |= IOSQE_FIXED_FILE;
	io_uring_submit_and_wait(&ring, 2);
	expect("io_uring.read", "data", 40, 10, take());
	row(NOWHERE, -1, 0,
	    syscall(SYS_io_uring_register, ring.ring_fd, IORING_UNREGISTER_FILES, NULL, 0));
	row(NOWHERE, -1, 0,
	    syscall(SYS_io_uring_register, BAD_FD, IORING_UNREGISTER_FILES, NULL, 0));
	row(NOWHERE, -1, 0,
	    as_errno(io_uring_register(ring.ring_fd, IORING_UNREGISTER_FILES, NULL, 0)));
}
#endif
