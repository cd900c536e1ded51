/* SPDX-License-Identifier: Apache-2.0
 *
 * cufile FILE LIBRARY: reads FILE through a libcufile that is opened at run time
 * and asked for its functions by name, as most programs do it, and tells what
 * it finds elsewhere by dlsym: that is not ours to change.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../preload/base/foreign.h"

#define GET(name) __typeof__(name) *name##_ = (__typeof__(name) *)dlsym(library, #name)

int main(int count, char **arguments)
{
	static char buffer[65536];
	if (count < 3)
		return 2;
	printf("before: %d\n", dlsym(RTLD_DEFAULT, "cuFileRead") != NULL);
	void *library = dlopen(arguments[2], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return 3;
	GET(cuFileDriverOpen);
	GET(cuFileHandleRegister);
	GET(cuFileRead);
	GET(cuFileWrite);
	GET(cuFileReadAsync);
	GET(cuFileHandleDeregister);
	printf("missing: %d %s\n", dlsym(library, "cuFileNothing") != NULL,
	       dlerror() ? "with a reason" : "");
	printf("next: %d\n", dlsym(RTLD_NEXT, "pread") == dlsym(RTLD_DEFAULT, "dlopen"));
	struct cufile_file file = {.type = CUFILE_FILE_FD,
	                           .handle = {.fd = open(arguments[1], O_RDWR)}};
	void *handle;
	if (cuFileDriverOpen_().error || cuFileHandleRegister_(&handle, &file).error)
		return 4;
	for (off_t at = 0; at < 16; at++)
		if (cuFileRead_(handle, buffer, 4096, at * 8192, 0) != 4096)
			return 5;
	if (cuFileWrite_(handle, buffer, 100, 50, 0) != 100)
		return 6;
	size_t size = 1000;
	off_t offset = 3000, in_buffer = 0;
	ssize_t moved = 0;
	cuFileReadAsync_(handle, buffer, &size, &offset, &in_buffer, &moved, NULL);
	while (!__atomic_load_n(&moved, __ATOMIC_ACQUIRE))
		usleep(1000);
	/* The program's own reads of the same descriptor are its own. */
	if (pread(file.handle.fd, buffer, 10, 77) != 10)
		return 7;
	cuFileHandleDeregister_(handle);
	printf("%zd\n", moved);
	return 0;
}
