/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that stand for other names. A symbolic link's event is about the link,
 * its aux says where it leads.
 */
#include "calls/call.h"

#include "base/room.h"
#include "file/path.h"

int link(const char *from, const char *to)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(link)(from, to);
	return call_ended_on_paths(&call, AIOT_CALL_link, AT_FDCWD, from, AT_FDCWD, to,
	                           REAL(link)(from, to));
}

/* What an empty path with AT_EMPTY_PATH stands for may have no name. */
int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
	struct call call;
	bool of_fd = from && !*from && flags & AT_EMPTY_PATH;
	if (of_fd ? !call_begin_on(&call, from_directory) : !call_begin(&call))
		return REAL(linkat)(from_directory, from, to_directory, to, flags);
	int returned = REAL(linkat)(from_directory, from, to_directory, to, flags);
	struct aiot_event event = call_event(&call, AIOT_CALL_linkat, returned);
	event.size = (unsigned)flags;
	call_store_named(&event, from_directory, from, to_directory, to);
	return returned;
}

static const char *link_target(const char *text, int directory, const char *path, char *name)
{
	if (!text || !path)
		return text;
	path_absolute(directory, path, name);
	return path_of_text(text, name);
}

static int link_made(const struct call *call, enum aiot_call id, const char *text, int directory,
                     const char *path, int returned)
{
	struct aiot_event event = call_event(call, id, returned);
	ROOM(name);
	thread_self.busy++;
	const char *target = returned ? NULL : link_target(text, directory, path, name);
	thread_self.busy--;
	call_store_named(&event, directory, path, AT_FDCWD, target);
	return returned;
}

int symlink(const char *text, const char *path)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(symlink)(text, path);
	return link_made(&call, AIOT_CALL_symlink, text, AT_FDCWD, path, REAL(symlink)(text, path));
}

int symlinkat(const char *text, int directory, const char *path)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(symlinkat)(text, directory, path);
	return link_made(&call, AIOT_CALL_symlinkat, text, directory, path,
	                 REAL(symlinkat)(text, directory, path));
}

static ssize_t link_read(const struct call *call, enum aiot_call id, int directory,
                         const char *path, size_t size, ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	call_store_named(&event, directory, path, 0, NULL);
	return returned;
}

ssize_t readlink(const char *path, char *buffer, size_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(readlink)(path, buffer, size);
	return link_read(&call, AIOT_CALL_readlink, AT_FDCWD, path, size,
	                 REAL(readlink)(path, buffer, size));
}

ssize_t readlinkat(int directory, const char *path, char *buffer, size_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(readlinkat)(directory, path, buffer, size);
	return link_read(&call, AIOT_CALL_readlinkat, directory, path, size,
	                 REAL(readlinkat)(directory, path, buffer, size));
}

ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t bound)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__readlink_chk)(path, buffer, size, bound);
	return link_read(&call, AIOT_CALL___readlink_chk, AT_FDCWD, path, size,
	                 REAL(__readlink_chk)(path, buffer, size, bound));
}

ssize_t __readlinkat_chk(int directory, const char *path, char *buffer, size_t size, size_t bound)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__readlinkat_chk)(directory, path, buffer, size, bound);
	return link_read(&call, AIOT_CALL___readlinkat_chk, directory, path, size,
	                 REAL(__readlinkat_chk)(directory, path, buffer, size, bound));
}

static char *link_resolved(const struct call *call, enum aiot_call id, const char *path,
                           char *returned)
{
	call_ended_on_path(call, id, AT_FDCWD, path, 0, returned ? 0 : -1);
	return returned;
}

char *realpath(const char *path, char *buffer)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(realpath)(path, buffer);
	return link_resolved(&call, AIOT_CALL_realpath, path, REAL(realpath)(path, buffer));
}

char *__realpath_chk(const char *path, char *buffer, size_t bound)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(__realpath_chk)(path, buffer, bound);
	return link_resolved(&call, AIOT_CALL___realpath_chk, path,
	                     REAL(__realpath_chk)(path, buffer, bound));
}

char *canonicalize_file_name(const char *path)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(canonicalize_file_name)(path);
	return link_resolved(&call, AIOT_CALL_canonicalize_file_name, path,
	                     REAL(canonicalize_file_name)(path));
}
