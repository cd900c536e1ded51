/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	shm_open("/aiotrace.snippet2", O_CREAT | O_RDWR, 0600);
	meta("/dev/shm/aiotrace.snippet2", shm_unlink("/aiotrace.snippet2"));
	meta("/dev/shm/aiotrace.snippet2", shm_unlink("/aiotrace.snippet2"));
}
