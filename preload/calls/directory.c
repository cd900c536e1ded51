/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders and what is in them. libc reads a folder in large pieces inside
 * readdir, out of sight: what is recorded are the entries handed out.
 */
#include <dirent.h>

#include "calls/call.h"

static int directory_fd(DIR *directory)
{
	int saved = errno, fd = directory ? dirfd(directory) : -1;
	errno = saved;
	return fd;
}

DIR *opendir(const char *path)
{
	struct call call;
	if (!call_begin(&call))
		return REAL(opendir)(path);
	DIR *opened = REAL(opendir)(path);
	call_opened(&call, AIOT_CALL_opendir, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC,
	            directory_fd(opened));
	return opened;
}

DIR *fdopendir(int fd)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(fdopendir)(fd);
	DIR *opened = REAL(fdopendir)(fd);
	call_ended(&call, AIOT_CALL_fdopendir, opened ? fd : -1);
	return opened;
}

/* The descriptor closes inside; another thread may have got its number since. */
int closedir(DIR *directory)
{
	struct call call;
	int fd = directory_fd(directory);
	bool wanted = call_begin_on(&call, fd);
	struct description *held = wanted ? call.fd.description : NULL;
	if (!wanted && fd >= 0 && !thread_is_vforked())
		fd_closed(fd);
	if (wanted)
		call_closes(&call);
	int returned = REAL(closedir)(directory);
	if (held)
		fd_closed_as(fd, held);
	return wanted ? call_ended(&call, AIOT_CALL_closedir, returned) : returned;
}

void rewinddir(DIR *directory)
{
	struct call call;
	bool wanted = call_begin_on(&call, directory_fd(directory));
	REAL(rewinddir)(directory);
	if (wanted)
		call_ended(&call, AIOT_CALL_rewinddir, 0);
}

/* The result is 1 for an entry and 0 at the end. */
static void directory_ended(const struct call *call, enum aiot_call id, bool entry, int error)
{
	struct aiot_event event = call_event(call, id, 0);
	event.result = entry ? 1 : -error;
	event_store(&event);
}

/* The end and an error are told apart by errno alone, which the end leaves as
 * it was. */
static int directory_settle(int saved, bool entry)
{
	int error = entry ? 0 : errno;
	if (!error)
		errno = saved;
	return error;
}

struct dirent *readdir(DIR *directory)
{
	struct call call;
	int saved = errno;
	if (!call_begin_on(&call, directory_fd(directory)))
		return REAL(readdir)(directory);
	errno = 0;
	struct dirent *entry = REAL(readdir)(directory);
	int error = directory_settle(saved, entry != NULL);
	directory_ended(&call, AIOT_CALL_readdir, entry != NULL, error);
	return entry;
}

struct dirent64 *readdir64(DIR *directory)
{
	struct call call;
	int saved = errno;
	if (!call_begin_on(&call, directory_fd(directory)))
		return REAL(readdir64)(directory);
	errno = 0;
	struct dirent64 *entry = REAL(readdir64)(directory);
	int error = directory_settle(saved, entry != NULL);
	directory_ended(&call, AIOT_CALL_readdir64, entry != NULL, error);
	return entry;
}

int readdir_r(DIR *directory, struct dirent *entry, struct dirent **result)
{
	struct call call;
	if (!call_begin_on(&call, directory_fd(directory)))
		return REAL(readdir_r)(directory, entry, result);
	int error = REAL(readdir_r)(directory, entry, result);
	directory_ended(&call, AIOT_CALL_readdir_r, !error && *result, error);
	return error;
}

int readdir64_r(DIR *directory, struct dirent64 *entry, struct dirent64 **result)
{
	struct call call;
	if (!call_begin_on(&call, directory_fd(directory)))
		return REAL(readdir64_r)(directory, entry, result);
	int error = REAL(readdir64_r)(directory, entry, result);
	directory_ended(&call, AIOT_CALL_readdir64_r, !error && *result, error);
	return error;
}

ssize_t getdents64(int fd, void *buffer, size_t size)
{
	struct call call;
	if (!call_begin_on(&call, fd))
		return REAL(getdents64)(fd, buffer, size);
	ssize_t returned = REAL(getdents64)(fd, buffer, size);
	call_ended_over(&call, AIOT_CALL_getdents64, -1, size, 0, (int)returned);
	return returned;
}
