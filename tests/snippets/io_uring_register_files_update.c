/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	int files[] = {open("/dev/null", O_RDONLY), open("data", O_RDONLY)};
	new_ring();
	io_uring_register_files(&ring, files, 2);
	io_uring_register_files_update(&ring, 0, &files[1], 1);
	read_of(0, 40, 10);
	ring.sq.sqes[0].flags |= IOSQE_FIXED_FILE;
	io_uring_submit_and_wait(&ring, 1);
	expect("io_uring.read", "data", 40, 10, take());
}
#endif
