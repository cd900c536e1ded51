/* SPDX-License-Identifier: Apache-2.0
 *
 * Files by the kernel's own handles, as user-space file servers open them.
 */
#include "calls/call.h"

int name_to_handle_at(int directory, const char *path, struct file_handle *handle, int *mount,
                      int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(name_to_handle_at)(directory, path, handle, mount, flags);
	return call_ended_on_path(&call, AIOT_CALL_name_to_handle_at, directory, path, flags,
	                          REAL(name_to_handle_at)(directory, path, handle, mount, flags));
}

/* The handle has no name: /proc knows that of what was opened. */
int open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(open_by_handle_at)(mount, handle, flags);
	return call_opened(&call, AIOT_CALL_open_by_handle_at, AT_FDCWD, NULL, flags,
	                   REAL(open_by_handle_at)(mount, handle, flags));
}
