/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/call_kind.h"

#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define OP(kind)                                                                                   \
	{                                                                                          \
		AS_OP, OP_##kind, true, false, false                                               \
	}
#define LIKE(kind)                                                                                 \
	{                                                                                          \
		AS_OP, OP_##kind, false, false, false                                              \
	}
#define AT(kind)                                                                                   \
	{                                                                                          \
		AS_OP, OP_##kind, true, false, true                                                \
	}
#define ASYNC(kind)                                                                                \
	{                                                                                          \
		AS_OP, OP_##kind, true, true, true                                                 \
	}
#define ROLE(role)                                                                                 \
	{                                                                                          \
		AS_##role, 0, false, false, false                                                  \
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
        {"sendfile*", {AS_OP, OP_PREAD, false, false, true}},
        {"copy_file_range.out", {AS_OP, OP_PWRITE, false, false, true}},
        {"copy_file_range", {AS_OP, OP_PREAD, false, false, true}},
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
        {"cuFileBatch.read", {AS_OP, OP_PREAD, false, true, true}},
        {"cuFileBatch.write", {AS_OP, OP_PWRITE, false, true, true}},
        {"cuFileRead*", {AS_OP, OP_PREAD, false, true, true}},
        {"cuFileWrite*", {AS_OP, OP_PWRITE, false, true, true}},
        {"fault.write", AT(TOUCH_WRITE)},
        {"fault.*", AT(TOUCH)},
        {"populate.write", {AS_OP, OP_TOUCH_WRITE, false, false, true}},
        {"populate.read", {AS_OP, OP_TOUCH, false, false, true}},
        {"mmap*", OP(MAP)},
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
        {"readlink*", LIKE(LSTAT)},
        {"__readlink*", LIKE(LSTAT)},
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
        {"lutimes", OP(UTIME)},
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

/* What is synced lies where the recording says, at the end or not. */
static uint8_t call_kind_write(uint32_t flags)
{
	if (flags & RWF_SYNC)
		return OP_WRITE_SYNC;
	if (flags & RWF_DSYNC)
		return OP_WRITE_DSYNC;
	return flags & RWF_APPEND ? OP_WRITE_END : OP_PWRITEV;
}

struct call_kind call_kind_with(struct call_kind is, const char *name, uint32_t aux)
{
	if (is.role != AS_OP)
		return is;
	if (is.kind == OP_UNLINK && (aux & AT_REMOVEDIR) && !strcmp(name, "unlinkat"))
		is.kind = OP_RMDIR;
	if (is.kind == OP_STAT && (aux & AT_SYMLINK_NOFOLLOW) &&
	    (strstr(name, "at64") || !strcmp(name, "fstatat") || !strcmp(name, "statx")))
		is.kind = OP_LSTAT;
	if (is.kind == OP_PREADV && strstr(name, "v2") && (aux & RWF_NOWAIT))
		is.kind = OP_READ_NOW;
	if (is.kind == OP_PWRITEV && strstr(name, "v2"))
		is.kind = call_kind_write(aux);
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
