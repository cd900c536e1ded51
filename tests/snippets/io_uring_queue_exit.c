/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	new_ring();
	read_of(open("data", O_RDONLY), 40, 10);
	io_uring_submit_and_wait(&ring, 1);
	/* Nobody takes the completion, and yet it is seen. */
	expect("io_uring.read", "data", 40, 10, 10);
	io_uring_queue_exit(&ring);
	meta(NOWHERE, 0);
}
#endif
