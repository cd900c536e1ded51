/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that know no RESOLVE_BENEATH themselves are made on the folder that
 * holds the last component, which was opened so.
 */
#include "replay/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

int confine_open(int root, const char *path, int flags, unsigned mode)
{
	struct open_how how = {.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
	                       .mode = flags & O_CREAT ? mode : 0,
	                       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
	                                  RESOLVE_NO_MAGICLINKS};
	long fd;

	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof how);
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return fd < 0 ? -errno : (int)fd;
}

/* The folder of a path, and its last component. */
static int confine_parent(int root, const char *path, const char **last)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	size_t length = slash ? (size_t)(slash - path) : 0;

	*last = slash ? slash + 1 : path;
	if (!strcmp(*last, "..") || !strcmp(*last, ".") || !**last)
		return -EXDEV;
	if (length >= sizeof folder)
		return -ENAMETOOLONG;
	memcpy(folder, path, length);
	folder[length] = 0;
	return confine_open(root, length ? folder : ".", O_PATH | O_DIRECTORY, 0);
}

int confine_mkdir(int root, const char *path)
{
	const char *last;
	int folder = confine_parent(root, path, &last), status;

	if (folder < 0)
		return folder;
	status = mkdirat(folder, last, 0777) ? -errno : 0;
	close(folder);
	return status;
}

int confine_folders(int root, const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	int status;

	if (!length)
		return 0;
	if (length >= sizeof folder)
		return -ENAMETOOLONG;
	memcpy(folder, path, length);
	folder[length] = 0;
	status = confine_mkdir(root, folder);
	if (status != -ENOENT)
		return status == -EEXIST ? 0 : status;
	status = confine_folders(root, folder);
	if (status)
		return status;
	status = confine_mkdir(root, folder);
	return status == -EEXIST ? 0 : status;
}

int confine_unlink(int root, const char *path, int flags)
{
	const char *last;
	int folder = confine_parent(root, path, &last), status;

	if (folder < 0)
		return folder;
	status = unlinkat(folder, last, flags) ? -errno : 0;
	close(folder);
	return status;
}

int confine_rename(int from_root, const char *from, int to_root, const char *to)
{
	const char *from_last, *to_last;
	int a = confine_parent(from_root, from, &from_last), b, status;

	if (a < 0)
		return a;
	b = confine_parent(to_root, to, &to_last);
	status = b < 0 ? b : renameat(a, from_last, b, to_last) ? -errno : 0;
	if (b >= 0)
		close(b);
	close(a);
	return status;
}

int confine_link(int from_root, const char *from, int to_root, const char *to)
{
	const char *from_last, *to_last;
	int a = confine_parent(from_root, from, &from_last), b, status;

	if (a < 0)
		return a;
	b = confine_parent(to_root, to, &to_last);
	status = b < 0 ? b : linkat(a, from_last, b, to_last, 0) ? -errno : 0;
	if (b >= 0)
		close(b);
	close(a);
	return status;
}

int confine_stat(int root, const char *path, struct stat *about)
{
	int fd = confine_open(root, path, O_PATH, 0), status;

	if (fd < 0)
		return fd;
	status = fstat(fd, about) ? -errno : 0;
	close(fd);
	return status;
}

int confine_chmod(int root, const char *path, unsigned mode)
{
	const char *last;
	int folder = confine_parent(root, path, &last), status;
	struct stat about;

	if (folder < 0)
		return folder;
	/* fchmodat follows links: not where one was put. */
	status = fstatat(folder, last, &about, AT_SYMLINK_NOFOLLOW) ? -errno
	         : S_ISLNK(about.st_mode)                           ? -ELOOP
	         : fchmodat(folder, last, mode, 0)                  ? -errno
	                                                            : 0;
	close(folder);
	return status;
}

int confine_statfs(int root, const char *path)
{
	struct statfs about;
	int fd = confine_open(root, path, O_PATH, 0), status;

	if (fd < 0)
		return fd;
	status = fstatfs(fd, &about) ? -errno : 0;
	close(fd);
	return status;
}
