/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	struct io_uring other;
	row(NOWHERE, -1, 8, as_errno(io_uring_queue_init(8, &ring, 0)));
	row(NOWHERE, -1, 0, as_errno(io_uring_queue_init(0, &other, 0)));
}
#endif
