/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int fd = memfd_create("snippet", 0);
	meta("/memfd:snippet", fd);
	ssize_t put = write(fd, buffer, 10);
	expect("write", "/memfd:snippet", 0, 10, put);
	meta(NOWHERE, memfd_create("snippet", 123456));
}
