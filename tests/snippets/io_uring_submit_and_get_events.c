/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	if (!io_uring_submit_and_get_events)
		_exit(77);
	new_ring();
	read_of(open("data", O_RDONLY), 40, 10);
	row(NOWHERE, -1, 0, as_errno(io_uring_submit_and_get_events(&ring)));
	io_uring_submit_and_wait(&ring, 1);
	expect("io_uring.read", "data", 40, 10, take());
}
#endif
