/* SPDX-License-Identifier: Apache-2.0 */
#include "body/libaio.h"

#ifdef HAVE_LIBAIO
static void libaio(void)
{
	io_context_t context = new_context();
	struct io_event events[8];
	struct iovec parts[] = {{buffer, 10}, {buffer + 10, 20}};
	struct iocb vector, out, sync, bad,
	        *list[] = {read_of(open("data", O_RDONLY), 40, 10), &vector, &out, &sync, &bad};
	int fd = open("data", O_RDWR);
	io_prep_preadv(&vector, fd, parts, 2, 60);
	io_prep_pwrite(&out, fd, buffer, 5, 98);
	io_prep_fdsync(&sync, fd);
	io_prep_pread(&bad, BAD_FD, buffer, 10, 0);

	/* The last one is refused. */
	row(NOWHERE, -1, 5, as_errno(io_submit(context, 5, list)));
	expect("libaio.read", "data", 40, 10, 10);
	expect("libaio.readv", "data", 60, 30, 30);
	expect("libaio.write", "data", 98, 5, 5);
	expect("libaio.fdatasync", "data", -1, 0, 0);
	io_getevents(context, 4, 8, events, NULL);
	row(NOWHERE, -1, 1, as_errno(io_submit(context, 1, &list[4])));

	/* O_APPEND: at the end, whatever the offset. */
	io_prep_pwrite(&out, open("data", O_WRONLY | O_APPEND), buffer, 7, 0);
	row(NOWHERE, -1, 1, syscall(SYS_io_submit, context, 1, &list[2]));
	expect("libaio.write", "data", 103, 7, 7);
	syscall(SYS_io_getevents, context, 1, 8, events, NULL);
	row(NOWHERE, -1, 1, as_errno(io_submit((io_context_t)4096, 1, list)));
}
#endif
