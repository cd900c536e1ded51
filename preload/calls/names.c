/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that make, move and remove names, and the working directory they are
 * seen from.
 */
#include "calls/call.h"

static int names_moved(const struct call *call, enum aiot_call id, int from_directory,
                       const char *from, int to_directory, const char *to, unsigned flags,
                       int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = flags; /* aux is the second name */
	call_store_named(&event, from_directory, from, to_directory, to);
	if (returned == 0) {
		call_forget_name(from_directory, from);
		call_forget_name(to_directory, to);
		path_cwd_look();
	}
	return returned;
}

static int names_removed(const struct call *call, enum aiot_call id, int directory,
                         const char *path, int flags, int returned)
{
	call_ended_on_path(call, id, directory, path, flags, returned);
	if (returned == 0)
		call_forget_name(directory, path);
	return returned;
}

int rename(const char *from, const char *to)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(rename)(from, to);
	return names_moved(&call, AIOT_CALL_rename, AT_FDCWD, from, AT_FDCWD, to, 0,
	                   REAL(rename)(from, to));
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(renameat)(from_directory, from, to_directory, to);
	return names_moved(&call, AIOT_CALL_renameat, from_directory, from, to_directory, to, 0,
	                   REAL(renameat)(from_directory, from, to_directory, to));
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to,
              unsigned flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(renameat2)(from_directory, from, to_directory, to, flags);
	return names_moved(&call, AIOT_CALL_renameat2, from_directory, from, to_directory, to,
	                   flags, REAL(renameat2)(from_directory, from, to_directory, to, flags));
}

int unlink(const char *path)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(unlink)(path);
	return names_removed(&call, AIOT_CALL_unlink, AT_FDCWD, path, 0, REAL(unlink)(path));
}

int unlinkat(int directory, const char *path, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(unlinkat)(directory, path, flags);
	return names_removed(&call, AIOT_CALL_unlinkat, directory, path, flags,
	                     REAL(unlinkat)(directory, path, flags));
}

int remove(const char *path)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(remove)(path);
	return names_removed(&call, AIOT_CALL_remove, AT_FDCWD, path, 0, REAL(remove)(path));
}

int mkdir(const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkdir)(path, mode);
	return call_ended_on_path(&call, AIOT_CALL_mkdir, AT_FDCWD, path, 0,
	                          REAL(mkdir)(path, mode));
}

int mkdirat(int directory, const char *path, mode_t mode)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(mkdirat)(directory, path, mode);
	return call_ended_on_path(&call, AIOT_CALL_mkdirat, directory, path, 0,
	                          REAL(mkdirat)(directory, path, mode));
}

int rmdir(const char *path)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(rmdir)(path);
	return call_ended_on_path(&call, AIOT_CALL_rmdir, AT_FDCWD, path, 0, REAL(rmdir)(path));
}

static void names_directory_changed(void)
{
	if (thread_is_vforked())
		path_cwd_part(true);
	else
		path_cwd_changed();
}

/* The name is seen from the old working directory: recorded before it counts
 * as changed. */
int chdir(const char *path)
{
	struct call call;
	bool wanted = call_begin(&call);
	if (wanted)
		path_cwd_keep(true);
	int returned = REAL(chdir)(path);
	if (wanted) {
		call_ended_on_path(&call, AIOT_CALL_chdir, AT_FDCWD, path, 0, returned);
		path_cwd_keep(false);
	}
	if (returned == 0)
		names_directory_changed();
	return returned;
}

int fchdir(int fd)
{
	struct call call;
	bool wanted = call_begin_on(&call, fd);
	int returned = REAL(fchdir)(fd);
	if (wanted)
		call_ended(&call, AIOT_CALL_fchdir, returned);
	if (returned == 0)
		names_directory_changed();
	return returned;
}
