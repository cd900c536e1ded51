/* SPDX-License-Identifier: Apache-2.0 */
#include "body/liburing.h"

#ifdef HAVE_LIBURING
static void liburing(void)
{
	int files[] = {open("/dev/null", O_RDONLY), open("data", O_RDONLY)};
	__u64 tag = 0;
	new_ring();
	io_uring_register_files(&ring, files, 2);
	io_uring_register_files_update_tag(&ring, 0, &files[1], &tag, 1);
	read_of(0, 40, 10);
	ring.sq.sqes[0].flags |= IOSQE_FIXED_FILE;
	io_uring_submit_and_wait(&ring, 1);
	expect("io_uring.read", "data", 40, 10, take());
}
#endif
