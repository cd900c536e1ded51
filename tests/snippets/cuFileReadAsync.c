/* SPDX-License-Identifier: Apache-2.0 */
#include "body/cufile.h"

void snippet(void)
{
	void *handle = handle_of(open("data", O_RDWR));
	size_t size = 10;
	off_t offset = 40, in_buffer = 0;
	static ssize_t moved[2];
	cuFileReadAsync(handle, buffer, &size, &offset, &in_buffer, &moved[0], NULL);
	row("data", 40, 10, wait_for(&moved[0]));
	cuFileDriverOpen();
	offset = 60;
	cuFileReadAsync(handle, buffer, &size, &offset, &in_buffer, &moved[1], NULL);
	row("data", 60, 10, wait_for(&moved[1]));
	cuFileDriverOpen();
}
