/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* PAIR(fds) makes two ends that know each other. */
void snippet(void)
{
	int fds[2];
	meta(ANYWHERE, PAIR(fds));
	ssize_t put = write(fds[1], buffer, 20);
	expect("write", ANYWHERE, -1, 20, put);
	ssize_t got = read(fds[0], buffer, 100);
	expect("read", ANYWHERE, -1, 100, got);
	int *volatile nowhere = (int *)8;
	meta(NOWHERE, PAIR(nowhere));
}
