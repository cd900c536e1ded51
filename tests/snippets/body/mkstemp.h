/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* MKSTEMP(template), whose name ends with END. */
void snippet(void)
{
	char name[] = "file.XXXXXX" END, bad[] = "file" END;
	int fd = MKSTEMP(name);
	meta(ANYWHERE, fd);
	ssize_t put = write(fd, buffer, 10);
	expect("write", ANYWHERE, 0, 10, put);
	meta("file" END, MKSTEMP(bad));
}
