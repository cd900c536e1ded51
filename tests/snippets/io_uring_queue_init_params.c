/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	struct io_uring_params p = {0};
	struct io_uring other;
	row(NOWHERE, -1, 8, as_errno(io_uring_queue_init_params(8, &ring, &p)));
	row(NOWHERE, -1, 0, as_errno(io_uring_queue_init_params(0, &other, &p)));
}
#endif
