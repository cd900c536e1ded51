/* SPDX-License-Identifier: Apache-2.0 */
#include "body/libaio.h"

#ifdef HAVE_LIBAIO
static void libaio(void)
{
	io_context_t context = new_context();
	struct io_event events[8];
	struct iocb *list[] = {read_of(open("data", O_RDONLY), 0, 10), read_of(pipe_fds[0], 0, 4)};
	struct timespec none = {0, 0};
	io_submit(context, 1, list);
	expect("libaio.read", "data", 0, 10, 10);
	row(NOWHERE, -1, 8, as_errno(io_getevents(context, 1, 8, events, NULL)));
	row(NOWHERE, -1, 8, as_errno(io_getevents(context, 0, 8, events, &none)));
	io_submit(context, 1, list);
	expect("libaio.read", "data", 0, 10, 10);
	row(NOWHERE, -1, 2, syscall(SYS_io_getevents, context, 1, 2, events, &none));
	row(NOWHERE, -1, 2, as_errno(io_getevents(context, 3, 2, events, NULL)));
}
#endif
