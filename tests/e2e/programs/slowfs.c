/* SPDX-License-Identifier: Apache-2.0
 *
 * A file system that passes everything on to a folder, DELAY microseconds late:
 *
 *     slowfs FOLDER DELAY MOUNTPOINT
 *
 * in the foreground. Reads and writes come past the page cache, so that each is
 * as late as said.
 */
#define _FILE_OFFSET_BITS 64
#define FUSE_USE_VERSION  31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static int below; /* the folder */
static long delay_us;

static void late(void)
{
	struct timespec t = {delay_us / 1000000, delay_us % 1000000 * 1000};

	nanosleep(&t, NULL);
}

static const char *name(const char *path)
{
	return path[1] ? path + 1 : ".";
}

static int status(int result)
{
	return result < 0 ? -errno : 0;
}

static void *begin(struct fuse_conn_info *connection, struct fuse_config *config)
{
	(void)connection;
	config->attr_timeout = config->entry_timeout = 3600;
	return NULL;
}

static int on_getattr(const char *path, struct stat *about, struct fuse_file_info *file)
{
	(void)file;
	return status(fstatat(below, name(path), about, AT_SYMLINK_NOFOLLOW));
}

static int on_readdir(const char *path, void *into, fuse_fill_dir_t fill, off_t at,
                      struct fuse_file_info *file, enum fuse_readdir_flags flags)
{
	int fd = openat(below, name(path), O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	(void)at;
	(void)file;
	(void)flags;
	if (!d)
		return -errno;
	while ((entry = readdir(d)))
		fill(into, entry->d_name, NULL, 0, 0);
	closedir(d);
	return 0;
}

static int opened(int fd, struct fuse_file_info *file)
{
	file->fh = (uint64_t)fd;
	file->direct_io = 1;
	return status(fd);
}

static int on_open(const char *path, struct fuse_file_info *file)
{
	return opened(openat(below, name(path), file->flags & ~(O_APPEND | O_DIRECT)), file);
}

static int on_create(const char *path, mode_t mode, struct fuse_file_info *file)
{
	return opened(openat(below, name(path), file->flags & ~(O_APPEND | O_DIRECT), mode), file);
}

static int on_release(const char *path, struct fuse_file_info *file)
{
	(void)path;
	return status(close((int)file->fh));
}

static int on_read(const char *path, char *to, size_t size, off_t at, struct fuse_file_info *file)
{
	ssize_t n;

	(void)path;
	late();
	n = pread((int)file->fh, to, size, at);
	return n < 0 ? -errno : (int)n;
}

static int on_write(const char *path, const char *from, size_t size, off_t at,
                    struct fuse_file_info *file)
{
	ssize_t n;

	(void)path;
	late();
	n = pwrite((int)file->fh, from, size, at);
	return n < 0 ? -errno : (int)n;
}

static int on_fsync(const char *path, int data, struct fuse_file_info *file)
{
	(void)path;
	(void)data;
	(void)file;
	late();
	return 0;
}

static int on_truncate(const char *path, off_t size, struct fuse_file_info *file)
{
	int fd = openat(below, name(path), O_WRONLY), result;

	(void)file;
	if (fd < 0)
		return -errno;
	result = status(ftruncate(fd, size));
	close(fd);
	return result;
}

static int on_unlink(const char *path)
{
	return status(unlinkat(below, name(path), 0));
}

static int on_rmdir(const char *path)
{
	return status(unlinkat(below, name(path), AT_REMOVEDIR));
}

static int on_mkdir(const char *path, mode_t mode)
{
	return status(mkdirat(below, name(path), mode));
}

static int on_rename(const char *from, const char *to, unsigned flags)
{
	return flags ? -EINVAL : status(renameat(below, name(from), below, name(to)));
}

static int on_statfs(const char *path, struct statvfs *about)
{
	(void)path;
	return status(fstatvfs(below, about));
}

static const struct fuse_operations operations = {
        .init = begin,
        .getattr = on_getattr,
        .readdir = on_readdir,
        .open = on_open,
        .create = on_create,
        .release = on_release,
        .read = on_read,
        .write = on_write,
        .fsync = on_fsync,
        .truncate = on_truncate,
        .unlink = on_unlink,
        .rmdir = on_rmdir,
        .mkdir = on_mkdir,
        .rename = on_rename,
        .statfs = on_statfs,
};

int main(int count, char **arguments)
{
	char *options[] = {arguments[0], "-f", arguments[count - 1], NULL};

	if (count != 4)
		return 2;
	below = open(arguments[1], O_RDONLY | O_DIRECTORY);
	delay_us = atol(arguments[2]);
	if (below < 0)
		return 1;
	return fuse_main(3, options, &operations, NULL);
}
