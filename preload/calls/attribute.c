/* SPDX-License-Identifier: Apache-2.0
 *
 * Extended attributes. A value's bytes are the event's size and result; they
 * are no bytes of the file.
 */
#include <sys/xattr.h>

#include "calls/call.h"

static ssize_t attribute_ended(const struct call *call, enum aiot_call id, const char *path,
                               size_t size, ssize_t returned)
{
	struct aiot_event event = call_event(call, id, returned);
	event.size = size;
	if (path)
		call_store_named(&event, AT_FDCWD, path, 0, NULL);
	else
		event_store(&event);
	return returned;
}

ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(getxattr)(path, name, value, size);
	return attribute_ended(&call, AIOT_CALL_getxattr, path, size,
	                       REAL(getxattr)(path, name, value, size));
}

ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lgetxattr)(path, name, value, size);
	return attribute_ended(&call, AIOT_CALL_lgetxattr, path, size,
	                       REAL(lgetxattr)(path, name, value, size));
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fgetxattr)(fd, name, value, size);
	return attribute_ended(&call, AIOT_CALL_fgetxattr, NULL, size,
	                       REAL(fgetxattr)(fd, name, value, size));
}

int setxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(setxattr)(path, name, value, size, flags);
	return (int)attribute_ended(&call, AIOT_CALL_setxattr, path, size,
	                            REAL(setxattr)(path, name, value, size, flags));
}

int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lsetxattr)(path, name, value, size, flags);
	return (int)attribute_ended(&call, AIOT_CALL_lsetxattr, path, size,
	                            REAL(lsetxattr)(path, name, value, size, flags));
}

int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fsetxattr)(fd, name, value, size, flags);
	return (int)attribute_ended(&call, AIOT_CALL_fsetxattr, NULL, size,
	                            REAL(fsetxattr)(fd, name, value, size, flags));
}

ssize_t listxattr(const char *path, char *names, size_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(listxattr)(path, names, size);
	return attribute_ended(&call, AIOT_CALL_listxattr, path, size,
	                       REAL(listxattr)(path, names, size));
}

ssize_t llistxattr(const char *path, char *names, size_t size)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(llistxattr)(path, names, size);
	return attribute_ended(&call, AIOT_CALL_llistxattr, path, size,
	                       REAL(llistxattr)(path, names, size));
}

ssize_t flistxattr(int fd, char *names, size_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(flistxattr)(fd, names, size);
	return attribute_ended(&call, AIOT_CALL_flistxattr, NULL, size,
	                       REAL(flistxattr)(fd, names, size));
}

int removexattr(const char *path, const char *name)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(removexattr)(path, name);
	return (int)attribute_ended(&call, AIOT_CALL_removexattr, path, 0,
	                            REAL(removexattr)(path, name));
}

int lremovexattr(const char *path, const char *name)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(lremovexattr)(path, name);
	return (int)attribute_ended(&call, AIOT_CALL_lremovexattr, path, 0,
	                            REAL(lremovexattr)(path, name));
}

int fremovexattr(int fd, const char *name)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fremovexattr)(fd, name);
	return (int)attribute_ended(&call, AIOT_CALL_fremovexattr, NULL, 0,
	                            REAL(fremovexattr)(fd, name));
}
