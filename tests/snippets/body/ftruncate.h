/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

void snippet(void)
{
	int fd = data_fd(O_RDWR), end = open("data", O_WRONLY | O_APPEND);
	row("data", -1, 40, FTRUNCATE(fd, 40));
	ssize_t put = write(end, buffer, 10);
	expect("write", "data", 40, 10, put);
	row("data", -1, 5000, FTRUNCATE(fd, 5000));
	row(NOWHERE, -1, 40, FTRUNCATE(BAD_FD, 40));
}
