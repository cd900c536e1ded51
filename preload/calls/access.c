/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a program may use a file. The mode asked for is the event's aux.
 */
#include "calls/call.h"

int access(const char *path, int mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(access)(path, mode);
	return call_ended_on_path(&call, AIOT_CALL_access, AT_FDCWD, path, mode,
	                          REAL(access)(path, mode));
}

int faccessat(int directory, const char *path, int mode, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(faccessat)(directory, path, mode, flags);
	return call_ended_on_path(&call, AIOT_CALL_faccessat, directory, path, mode,
	                          REAL(faccessat)(directory, path, mode, flags));
}

int eaccess(const char *path, int mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(eaccess)(path, mode);
	return call_ended_on_path(&call, AIOT_CALL_eaccess, AT_FDCWD, path, mode,
	                          REAL(eaccess)(path, mode));
}

int euidaccess(const char *path, int mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(euidaccess)(path, mode);
	return call_ended_on_path(&call, AIOT_CALL_euidaccess, AT_FDCWD, path, mode,
	                          REAL(euidaccess)(path, mode));
}
