/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* PRINT(fd, format, number) */
void snippet(void)
{
	int fd = open("made", O_CREAT | O_RDWR, 0644);
	row("made", -1, 9, PRINT(fd, "number %d", 42));
	expect("stdio.write", "made", 0, 9, 9);
	row("made", -1, 8, PRINT(fd, "again %d", 10));
	expect("stdio.write", "made", 9, 8, 8);
	ssize_t put = write(fd, buffer, 10);
	expect("write", "made", 17, 10, put);
	row("data", -1, 0, PRINT(data_fd(O_RDONLY), "number %d", 42));
/* Later libcs write without a stream, and how much it would have been is not told. */
#if !__GLIBC_PREREQ(2, 37)
	expect("stdio.write", "data", ANY, 9, -1);
#endif
}
