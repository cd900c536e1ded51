/* SPDX-License-Identifier: Apache-2.0 */
#include "snippet.h"

void snippet(void)
{
	int mount;
	union {
		struct file_handle handle;
		char room[256];
	} of = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
	meta("data", name_to_handle_at(AT_FDCWD, "data", &of.handle, &mount, 0));
	meta("missing", name_to_handle_at(AT_FDCWD, "missing", &of.handle, &mount, 0));
}
