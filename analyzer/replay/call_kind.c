/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/call_kind.h"

#include <fcntl.h>
#include <string.h>
#include <linux/io_uring.h>
#include <sys/uio.h>
#include <unistd.h>

#define OP(kind)                                                                                   \
	{                                                                                          \
		AS_OP, OP_##kind, true, false, false, 0                                            \
	}
#define LIKE(kind)                                                                                 \
	{                                                                                          \
		AS_OP, OP_##kind, false, false, false, 0                                           \
	}
#define AT(kind)                                                                                   \
	{                                                                                          \
		AS_OP, OP_##kind, true, false, true, 0                                             \
	}
#define ASYNC(kind)                                                                                \
	{                                                                                          \
		AS_OP, OP_##kind, true, true, true, 0                                              \
	}
#define ROLE(role)                                                                                 \
	{                                                                                          \
		AS_##role, 0, false, false, false, 0                                               \
	}

/* By the name's beginning where it ends in '*'; the first that fits counts. */
static const struct {
	const char *name;
	struct call_kind is;
} call_kinds[] = {
        {"openat", OP(OPEN)},
        {"open", OP(OPEN)},
        {"open64", OP(OPEN)},
        {"openat64", OP(OPEN)},
        {"creat*", LIKE(OPEN)},
        {"__open*", OP(OPEN)},
        {"fopen*", LIKE(OPEN)},
        {"freopen*", LIKE(OPEN)},
        {"opendir", LIKE(OPEN)},
        {"mkstemp*", LIKE(OPEN)},
        {"mkostemp*", LIKE(OPEN)},
        {"io_uring.openat*", LIKE(OPEN)},
        {"shm_open", ROLE(NOTHING)},
        {"close", OP(CLOSE)},
        {"fclose", LIKE(CLOSE)},
        {"closedir", LIKE(CLOSE)},
        {"io_uring.close", LIKE(CLOSE)},
        {"close_range", ROLE(NOTHING)},
        {"read", OP(READ)},
        {"__read_chk", OP(READ)},
        {"stdio.read", OP(READ)},
        {"readv", OP(READV)},
        {"preadv*", AT(PREADV)},
        {"pread*", AT(PREAD)},
        {"__pread*", AT(PREAD)},
        {"write", OP(WRITE)},
        {"stdio.write", OP(WRITE)},
        {"writev", OP(WRITEV)},
        {"pwritev*", AT(PWRITEV)},
        {"pwrite*", AT(PWRITE)},
        {"sendfile.out", LIKE(WRITE)},
        {"sendfile*", {AS_OP, OP_PREAD, false, false, true, 0}},
        {"copy_file_range.out", {AS_OP, OP_PWRITE, false, false, true, 0}},
        {"copy_file_range", {AS_OP, OP_PREAD, false, false, true, 0}},
        {"splice.out", LIKE(WRITE)},
        {"splice", LIKE(READ)},
        {"vmsplice", LIKE(WRITE)},
        {"io_uring.splice.out", ASYNC(PWRITE)},
        {"io_uring.splice", ASYNC(PREAD)},
        {"aio_read*", ASYNC(PREAD)},
        {"aio_write*", ASYNC(PWRITE)},
        {"aio_fsync*", ASYNC(FSYNC)},
        {"lio_listio.read", ASYNC(PREAD)},
        {"lio_listio.write", ASYNC(PWRITE)},
        {"libaio.readv", ASYNC(PREADV)},
        {"libaio.writev", ASYNC(PWRITEV)},
        {"libaio.read", ASYNC(PREAD)},
        {"libaio.write", ASYNC(PWRITE)},
        {"libaio.fsync", ASYNC(FSYNC)},
        {"libaio.fdatasync", ASYNC(FDATASYNC)},
        {"io_uring.readv", ASYNC(PREADV)},
        {"io_uring.writev", ASYNC(PWRITEV)},
        {"io_uring.read*", ASYNC(PREAD)},
        {"io_uring.write*", ASYNC(PWRITE)},
        {"io_uring.fsync", ASYNC(FSYNC)},
        {"io_uring.sync_file_range", LIKE(SYNC_RANGE)},
        {"io_uring.fallocate", LIKE(FALLOCATE)},
        {"io_uring.ftruncate", LIKE(FTRUNCATE)},
        {"io_uring.statx", LIKE(STAT)},
        {"io_uring.unlinkat", LIKE(UNLINK)},
        {"io_uring.renameat", LIKE(RENAME)},
        {"io_uring.mkdirat", LIKE(MKDIR)},
        {"io_uring.symlinkat", LIKE(SYMLINK)},
        {"io_uring.linkat", LIKE(LINK)},
        {"cuFileBatch.read", {AS_OP, OP_PREAD, false, true, true, 0}},
        {"cuFileBatch.write", {AS_OP, OP_PWRITE, false, true, true, 0}},
        {"cuFileRead*", {AS_OP, OP_PREAD, false, true, true, 0}},
        {"cuFileWrite*", {AS_OP, OP_PWRITE, false, true, true, 0}},
        {"fault.write", AT(TOUCH_WRITE)},
        {"fault.*", AT(TOUCH)},
        {"populate.write", {AS_OP, OP_TOUCH_WRITE, false, false, true, 0}},
        {"populate.read", {AS_OP, OP_TOUCH, false, false, true, 0}},
        {"mmap*", OP(MAP)},
        {"mremap", LIKE(MAP)},
        {"munmap", OP(UNMAP)},
        {"lseek*", OP(SEEK)},
        {"stdio.seek", OP(SEEK)},
        {"fsync", OP(FSYNC)},
        {"fdatasync", OP(FDATASYNC)},
        {"sync_file_range", OP(SYNC_RANGE)},
        {"msync", OP(MSYNC)},
        {"syncfs", OP(SYNCFS)},
        {"sync", OP(SYNC)},
        {"posix_fadvise*", OP(ADVISE)},
        {"readahead", LIKE(ADVISE)},
        {"fallocate*", OP(FALLOCATE)},
        {"posix_fallocate*", LIKE(FALLOCATE)},
        {"ftruncate*", OP(FTRUNCATE)},
        {"truncate*", OP(TRUNCATE)},
        {"fstatfs*", OP(FSTATFS)},
        {"fstatvfs*", LIKE(FSTATFS)},
        {"statfs*", OP(STATFS)},
        {"statvfs*", LIKE(STATFS)},
        {"fstatat*", OP(STAT)},
        {"fstat*", OP(FSTAT)},
        {"__fxstatat*", OP(STAT)},
        {"__fxstat*", OP(FSTAT)},
        {"__xstat*", OP(STAT)},
        {"__lxstat*", OP(LSTAT)},
        {"lstat*", OP(LSTAT)},
        {"statx", OP(STAT)},
        {"stat*", OP(STAT)},
        {"readdir*", OP(LIST)},
        {"rewinddir", OP(REWIND)},
        {"scandir*", LIKE(STAT)},
        {"access", OP(ACCESS)},
        {"faccessat", OP(ACCESS)},
        {"eaccess", OP(ACCESS)},
        {"euidaccess", OP(ACCESS)},
        {"readlink*", OP(READLINK)},
        {"__readlink*", OP(READLINK)},
        {"realpath", LIKE(STAT)},
        {"__realpath_chk", LIKE(STAT)},
        {"canonicalize_file_name", LIKE(STAT)},
        {"fchmodat", OP(CHMOD)},
        {"fchmod", OP(FCHMOD)},
        {"chmod", OP(CHMOD)},
        {"futimens", OP(FUTIME)},
        {"futimes", OP(FUTIME)},
        {"utime*", OP(UTIME)},
        {"futimesat", OP(UTIME)},
        {"lutimes", OP(LUTIME)},
        {"mkdtemp", LIKE(MKDIR)},
        {"mkdir*", OP(MKDIR)},
        {"rmdir", OP(RMDIR)},
        {"unlink*", OP(UNLINK)},
        {"remove", LIKE(UNLINK)},
        {"rename*", OP(RENAME)},
        {"link", OP(LINK)},
        {"linkat", OP(LINK)},
        {"symlink*", OP(SYMLINK)},
        {"dup*", ROLE(DUP)},
        {"pidfd_getfd", ROLE(DUP)},
        {"fcntl*", ROLE(FCNTL)},
        {"fdopen", ROLE(NOTHING)},
        {"fdopendir", ROLE(NOTHING)},
        {"fork", ROLE(FORK)},
        {"_Fork", ROLE(FORK)},
        {"vfork", ROLE(FORK)},
        {"clone", ROLE(FORK)},
        {"forkpty", ROLE(FORK)},
        {"posix_spawn*", ROLE(SPAWN)},
        {"popen", ROLE(SPAWN)},
        {"exec*", ROLE(EXEC)},
        {"fexecve", ROLE(EXEC)},
        {"pthread_create", ROLE(THREAD)},
        {"pthread_join", ROLE(JOIN)},
        {"wait", ROLE(REAP)},
        {"waitpid", ROLE(REAP)},
        {"wait3", ROLE(REAP)},
        {"wait4", ROLE(REAP)},
        {"waitid", ROLE(BLOCK)},
        {"poll", ROLE(BLOCK)},
        {"ppoll", ROLE(BLOCK)},
        {"__p*poll_chk", ROLE(BLOCK)},
        {"select", ROLE(BLOCK)},
        {"pselect", ROLE(BLOCK)},
        {"epoll*", ROLE(BLOCK)},
        {"sem_*", ROLE(BLOCK)},
};

static bool call_kind_fits(const char *pattern, const char *name)
{
	size_t length = strlen(pattern);

	if (pattern[length - 1] == '*')
		return !strncmp(pattern, name, length - 1);
	return !strcmp(pattern, name);
}

static uint8_t call_kind_write(uint32_t flags)
{
	bool end = flags & RWF_APPEND;

	if (flags & (RWF_SYNC | RWF_DSYNC))
		return end ? OP_WRITE_END_DSYNC : flags & RWF_SYNC ? OP_WRITE_SYNC : OP_WRITE_DSYNC;
	if (end)
		return OP_WRITE_END;
	return flags & RWF_NOWAIT ? OP_WRITE_NOW : 0;
}

/* Calls of which the flags are told apart. */
static bool call_kind_is_flagged(const char *name)
{
	return strstr(name, "v2") || !strncmp(name, "io_uring.read", 13) ||
	       !strncmp(name, "io_uring.write", 14);
}

static void call_kind_flagged(struct call_kind *is, uint32_t flags)
{
	uint8_t kind = op_needs(is->kind) == 'w' ? call_kind_write(flags)
	               : flags & RWF_NOWAIT      ? OP_READ_NOW
	                                         : 0;

	if (kind)
		is->kind = kind;
	is->left = (uint8_t)(flags & ~(uint32_t)op_flags(is->kind));
}

struct call_kind call_kind_with(struct call_kind is, const char *name, uint32_t aux)
{
	if (is.role != AS_OP)
		return is;
	if (is.kind == OP_UNLINK && (aux & AT_REMOVEDIR) && strstr(name, "unlinkat"))
		is.kind = OP_RMDIR;
	if (is.kind == OP_STAT && (aux & AT_SYMLINK_NOFOLLOW) &&
	    (strstr(name, "at64") || !strcmp(name, "fstatat") || !strcmp(name, "statx")))
		is.kind = OP_LSTAT;
	if (is.kind == OP_UTIME && (aux & AT_SYMLINK_NOFOLLOW) && !strcmp(name, "utimensat"))
		is.kind = OP_LUTIME;
	if (aux && op_moves(is.kind) && call_kind_is_flagged(name))
		call_kind_flagged(&is, aux);
	if (is.kind == OP_FSYNC && is.async && (aux & IORING_FSYNC_DATASYNC) &&
	    !strncmp(name, "io_uring.", 9))
		is.kind = OP_FDATASYNC;
	if (is.kind == OP_SEEK && aux == SEEK_END)
		is.kind = OP_SEEK_END;
	return is;
}

struct call_kind call_kind_of(const struct call *call)
{
	struct call_kind is = {.role = AS_NOTHING};

	if (call->level == AIOT_LEVEL_STDIO) {
		is.role = AS_AGAIN;
		return is;
	}
	for (size_t i = 0; i < sizeof call_kinds / sizeof *call_kinds; i++)
		if (call_kind_fits(call_kinds[i].name, call->name))
			return call_kinds[i].is;
	if (call->class == AIOT_CLASS_WAIT)
		is.role = AS_WAIT;
	return is;
}
