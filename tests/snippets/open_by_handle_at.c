/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int mount;
	union {
		struct file_handle handle;
		char room[256];
	} of = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
	if (name_to_handle_at(AT_FDCWD, "data", &of.handle, &mount, 0) < 0)
		exit(77);
	int folder = open(".", O_RDONLY), fd = open_by_handle_at(folder, &of.handle, O_RDONLY);
	if (fd < 0 && errno == EPERM)
		exit(77);
	meta("data", fd);
	ssize_t got = read(fd, buffer, 10);
	expect("read", "data", 0, 10, got);
	of.handle.handle_bytes = 0;
	meta(NOWHERE, open_by_handle_at(folder, &of.handle, O_RDONLY));
}
