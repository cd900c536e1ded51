/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../preload/base/foreign.h"
#include "../snippet.h"

/* Linked with the stand-in for libcufile. */
static inline void *handle_of(int fd)
{
	void *handle = NULL;
	struct cufile_file file = {.type = CUFILE_FILE_FD, .handle = {.fd = fd}};
	cuFileHandleRegister(&handle, &file);
	return handle;
}

static inline ssize_t wait_for(const ssize_t *moved)
{
	while (!__atomic_load_n(moved, __ATOMIC_ACQUIRE))
		usleep(100);
	return *moved;
}
