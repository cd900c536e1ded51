/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	shm_unlink("/aiotrace.snippet");
	int fd = shm_open("/aiotrace.snippet", O_CREAT | O_RDWR, 0600);
	meta("/dev/shm/aiotrace.snippet", fd);
	ssize_t put = write(fd, buffer, 10);
	expect("write", "/dev/shm/aiotrace.snippet", 0, 10, put);
	shm_unlink("/aiotrace.snippet");
	meta("/dev/shm/aiotrace.snippet", shm_open("/aiotrace.snippet", O_RDWR, 0));
}
