/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	if (!io_uring_enter)
		_exit(77);
	new_ring();
	read_of(open("data", O_RDONLY), 40, 10);
	__atomic_store_n(ring.sq.ktail, 1, __ATOMIC_RELEASE);
	row(NOWHERE, -1, 1,
	    syscall(SYS_io_uring_enter, ring.ring_fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
	expect("io_uring.read", "data", 40, 10, take());
	row(NOWHERE, -1, 0, syscall(SYS_io_uring_enter, BAD_FD, 0, 0, 0, NULL, 0));
	row(NOWHERE, -1, 0, as_errno(io_uring_enter(ring.ring_fd, 0, 0, 0, NULL)));
}
#endif
