/* SPDX-License-Identifier: Apache-2.0 */
#include "body/libaio.h"

#ifdef HAVE_LIBAIO
static void libaio(void)
{
	io_context_t context = new_context();
	struct io_event event;
	meta(NOWHERE, as_errno(io_cancel(context, read_of(open("data", O_RDONLY), 0, 10), &event)));
}
#endif
