/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* DUP2(old, new); SAME_IS_AN_ERROR for dup3 */
void snippet(void)
{
	int fd = open("data", O_RDONLY), other = open("other", O_CREAT | O_RDWR, 0644);
	meta("data", DUP2(fd, 30));
	meta("data", DUP2(fd, other));
	ssize_t got = read(other, buffer, 10);
	expect("read", "data", 0, 10, got);
	got = read(30, buffer, 10);
	expect("read", "data", 10, 10, got);
	meta("data", DUP2(fd, fd));
	meta(NOWHERE, DUP2(BAD_FD, 30));
	got = read(30, buffer, 10);
	expect("read", "data", 20, 10, got);
	meta("data", DUP2(fd, -1));
}
