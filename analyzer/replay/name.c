/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/name.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "replay/astray.h"
#include "replay/confine.h"
#include "replay/direct.h"
#include "replay/folders.h"

static int name_folder(struct worker *w, uint32_t name, const char **last)
{
	return folders_of(w->folders, target_root(w->run->target, w->client, name),
	                  plan_path(w->run->plan, name),
	                  __atomic_load_n(&w->run->folders_moved, __ATOMIC_ACQUIRE), last);
}

int name_open_as(struct worker *w, uint32_t name, int flags)
{
	const char *last;
	int folder = name_folder(w, name, &last);

	return folder < 0 ? folder : confine_open(folder, last, flags, 0666);
}

/* A file system that has no such files gets one by its recorded name. */
static int name_open_nameless(struct worker *w, uint32_t name, int flags)
{
	const char *last;
	int folder = name_folder(w, name, &last);
	int fd = folder < 0 ? folder : confine_open(folder, ".", flags, 0666);

	if (fd != -EOPNOTSUPP && fd != -EISDIR)
		return fd;
	return confine_open(folder, last, (flags & ~O_TMPFILE) | O_CREAT | O_EXCL, 0666);
}

static int name_open_any(struct worker *w, uint32_t name, int flags)
{
	return (flags & O_TMPFILE) == O_TMPFILE ? name_open_nameless(w, name, flags)
	                                        : name_open_as(w, name, flags);
}

int64_t name_link_open(struct worker *w, const struct op *op)
{
	const char *last;
	int folder = name_folder(w, (uint32_t)op->offset, &last);
	char path[32];

	if (folder < 0)
		return folder;
	snprintf(path, sizeof path, "/proc/self/fd/%d", w->files[op->object].fd);
	return linkat(AT_FDCWD, path, folder, last, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

int64_t name_open(struct worker *w, const struct op *op)
{
	const struct opening *o = &w->run->plan->openings[op->object];
	struct open_file *f = &w->files[op->object];
	bool want = w->run->options.direct && (o->flags & O_TMPFILE) != O_DIRECTORY &&
	            !(o->flags & O_APPEND);
	int flags = (int)o->flags | O_NONBLOCK | (want ? O_DIRECT : 0), fd;

	perform_close(f);
	if ((flags & O_TMPFILE) == O_DIRECTORY)
		flags &= ~(O_CREAT | O_EXCL | O_TRUNC | O_ACCMODE);
	fd = name_open_any(w, o->name, flags);
	if (fd == -EINVAL && (flags & O_DIRECT)) {
		flags &= ~O_DIRECT;
		fd = name_open_any(w, o->name, flags);
		__atomic_fetch_add(&w->run->undirected, 1, __ATOMIC_RELAXED);
	}
	if (fd == -EISDIR && (op->bits & OP_IMPLICIT))
		fd = name_open_as(w, o->name, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return fd;
	f->block = flags & O_DIRECT ? direct_block(fd) : 0;
	f->fd = fd;
	if ((op->bits & OP_IMPLICIT) && op->offset)
		lseek(fd, (off_t)op->offset, SEEK_SET);
	return fd;
}

static int64_t name_cut(int folder, const char *last, const struct op *op)
{
	int fd = confine_open(folder, last, O_WRONLY | O_NONBLOCK, 0);
	int64_t status;

	if (fd < 0)
		return fd;
	status = ftruncate(fd, (off_t)op->offset) ? -errno : 0;
	close(fd);
	return status;
}

/* What is held open in other threads may have another name from now on. */
static void name_moved(struct worker *w)
{
	__atomic_fetch_add(&w->run->folders_moved, 1, __ATOMIC_RELEASE);
}

static int64_t name_remove_folder(struct worker *w, int folder, const char *last)
{
	if (unlinkat(folder, last, AT_REMOVEDIR))
		return -errno;
	name_moved(w);
	return 0;
}

/* A file system that knows no flags renames all the same, but cannot exchange. */
static int64_t name_rename(int from, const char *last, int to, const char *to_last, unsigned flags)
{
	if (!renameat2(from, last, to, to_last, flags))
		return 0;
	if (errno != EINVAL || flags != RENAME_NOREPLACE)
		return -errno;
	return renameat(from, last, to, to_last) ? -errno : 0;
}

/* The second name's folder may take the place of the first one's. */
static int64_t name_two(struct worker *w, const struct op *op, int folder, const char *last)
{
	uint32_t second = (uint32_t)op->offset;
	const char *to_last;
	int from = fcntl(folder, F_DUPFD_CLOEXEC, 3), to;
	int64_t status;

	if (from < 0)
		return -errno;
	to = name_folder(w, second, &to_last);
	if (to < 0)
		status = to;
	else if (op->kind == OP_RENAME) {
		status = name_rename(from, last, to, to_last, op->size);
		if (!status && astray_renamed(w, op, to, to_last))
			name_moved(w);
	} else
		status = linkat(from, last, to, to_last, 0) ? -errno : 0;
	close(from);
	return status;
}

/* As far as the two paths are in one folder. */
static size_t name_common(const char *one, const char *two)
{
	size_t common = 0;

	for (size_t i = 0; one[i] && one[i] == two[i]; i++)
		if (one[i] == '/')
			common = i + 1;
	return common;
}

/* Relative, so that it stays below the client's root, and goes along with a folder that
 * has both; to nothing, where the recording does not say where it leads. No operation
 * follows it. */
static int64_t name_link(struct worker *w, const struct op *op, int folder, const char *last)
{
	const char *path = plan_path(w->run->plan, op->object);
	const char *to = op->offset ? plan_path(w->run->plan, (uint32_t)op->offset) : "unknown";
	size_t common = name_common(path, to), n = 0;
	char text[PATH_MAX];

	for (const char *c = path + common; *c; c++)
		if (*c == '/' && n + 3 < sizeof text) {
			memcpy(text + n, "../", 3);
			n += 3;
		}
	if (snprintf(text + n, sizeof text - n, "%s", to + common) >= (int)(sizeof text - n))
		return -ENAMETOOLONG;
	return symlinkat(text, folder, last) ? -errno : 0;
}

/* Where the run found a link a file lies here. */
static int64_t name_read_link(int folder, const char *last, const struct op *op)
{
	char text[PATH_MAX];

	if (readlinkat(folder, last, text, sizeof text) >= 0 ||
	    (errno == EINVAL && !(op->bits & OP_FAILS)))
		return 0;
	return -errno;
}

int64_t name_perform(struct worker *w, const struct op *op)
{
	const char *last;
	int folder = name_folder(w, op->object, &last), n;
	struct stat about;

	if (folder < 0)
		return folder;
	switch (op->kind) {
	case OP_TRUNCATE: return name_cut(folder, last, op);
	case OP_STAT:
	case OP_LSTAT:
	case OP_ACCESS: n = fstatat(folder, last, &about, AT_SYMLINK_NOFOLLOW); break;
	case OP_STATFS: return confine_statfs(folder, last);
	case OP_CHMOD: return confine_chmod(folder, last, 0755);
	case OP_READLINK: return name_read_link(folder, last, op);
	case OP_LUTIME:
	case OP_UTIME: n = utimensat(folder, last, NULL, AT_SYMLINK_NOFOLLOW); break;
	case OP_MKDIR: n = mkdirat(folder, last, 0777); break;
	case OP_RMDIR: return name_remove_folder(w, folder, last);
	case OP_UNLINK: n = unlinkat(folder, last, 0); break;
	case OP_SYMLINK: return name_link(w, op, folder, last);
	case OP_RENAME:
	case OP_LINK: return name_two(w, op, folder, last);
	default: return -ENOSYS;
	}
	return n ? -errno : 0;
}
