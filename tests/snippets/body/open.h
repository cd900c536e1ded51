/* SPDX-License-Identifier: Apache-2.0 */
#include "../snippet.h"

/* OPEN(path, flags); CREATES where it can make a file. */
void snippet(void)
{
	meta("data", OPEN("data", O_RDONLY));
	meta("data", OPEN("./../here/data", O_RDWR | O_CLOEXEC));
	meta(".", OPEN(".", O_RDONLY | O_DIRECTORY));
	meta("missing", OPEN("missing", O_RDONLY));
	meta("data/below", OPEN("data/below", O_RDONLY));
#ifdef CREATES
	meta("made", OPEN("made", O_CREAT | O_WRONLY | O_EXCL));
	meta("made", OPEN("made", O_CREAT | O_WRONLY | O_EXCL));
	meta("no/such/folder", OPEN("no/such/folder", O_CREAT | O_WRONLY));
#endif
}
