/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	if (!io_uring_setup)
		_exit(77);
	struct io_uring_params p = {0};
	new_ring();
	row(NOWHERE, -1, 8, syscall(SYS_io_uring_setup, 8, &p) > 0 ? SOME : -1);
	row(NOWHERE, -1, 0, syscall(SYS_io_uring_setup, 0, &p));
	row(NOWHERE, -1, 0, as_errno(io_uring_setup(0, &p)));
}
#endif
