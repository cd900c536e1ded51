/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	if (!io_uring_get_events)
		_exit(77);
	new_ring();
	row(NOWHERE, -1, 0, as_errno(io_uring_get_events(&ring)));
}
#endif
