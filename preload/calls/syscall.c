/* SPDX-License-Identifier: Apache-2.0
 *
 * The system calls that are recorded when a program makes them by number. A row
 * is a function with the call's arguments that returns a long: the event is
 * that of libc's function of the same name. A number without a row passes
 * unrecorded. See syscall.S.
 */
#include "calls/syscall.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/statfs.h>

#include "base/loaded.h"
#include "calls/call.h"
#include "calls/dup.h"
#include "calls/map.h"

typedef void (*syscall_row)(void);
#define SYSCALL_ROW(number, function) [SYS_##number] = (syscall_row)(function)

/* Those whose function has the very same arguments and result. */
#define SYSCALL_SAME(ROW)                                                                          \
	ROW(read)                                                                                  \
	ROW(write)                                                                                 \
	ROW(pread64)                                                                               \
	ROW(pwrite64)                                                                              \
	ROW(readv)                                                                                 \
	ROW(writev)                                                                                \
	ROW(preadv)                                                                                \
	ROW(pwritev)                                                                               \
	ROW(lseek)                                                                                 \
	ROW(sendfile)                                                                              \
	ROW(copy_file_range)                                                                       \
	ROW(splice)                                                                                \
	ROW(tee)                                                                                   \
	ROW(vmsplice)                                                                              \
	ROW(readlinkat)                                                                            \
	ROW(readahead)                                                                             \
	ROW(sendto)                                                                                \
	ROW(recvfrom)                                                                              \
	ROW(sendmsg)                                                                               \
	ROW(recvmsg)                                                                               \
	ROW(getxattr)                                                                              \
	ROW(lgetxattr)                                                                             \
	ROW(fgetxattr)                                                                             \
	ROW(listxattr)                                                                             \
	ROW(llistxattr)                                                                            \
	ROW(flistxattr)                                                                            \
	ROW(getdents64)
/* Those that return an int, which must be made a long. */
#define SYSCALL_INTS(ROW)                                                                          \
	ROW(close, close, (int fd), (fd))                                                          \
	ROW(close_range, close_range, (unsigned first, unsigned last, int flags),                  \
	    (first, last, flags))                                                                  \
	ROW(openat, openat, (int directory, const char *path, int flags, mode_t mode),             \
	    (directory, path, flags, mode))                                                        \
	ROW(dup, dup, (int fd), (fd))                                                              \
	ROW(dup3, dup3, (int fd, int copy, int flags), (fd, copy, flags))                          \
	ROW(fcntl, fcntl, (int fd, int command, long argument), (fd, command, argument))           \
	ROW(fsync, fsync, (int fd), (fd))                                                          \
	ROW(fdatasync, fdatasync, (int fd), (fd))                                                  \
	ROW(syncfs, syncfs, (int fd), (fd))                                                        \
	ROW(sync_file_range, sync_file_range, (int fd, off_t from, off_t size, unsigned flags),    \
	    (fd, from, size, flags))                                                               \
	ROW(msync, msync, (void *address, size_t size, int flags), (address, size, flags))         \
	ROW(madvise, madvise, (void *address, size_t size, int advice), (address, size, advice))   \
	ROW(mlock, mlock, (const void *address, size_t size), (address, size))                     \
	ROW(mlock2, mlock2, (const void *address, size_t size, unsigned flags),                    \
	    (address, size, flags))                                                                \
	ROW(mlockall, mlockall, (int flags), (flags))                                              \
	ROW(munlockall, munlockall, (void), ())                                                    \
	ROW(ftruncate, ftruncate, (int fd, off_t size), (fd, size))                                \
	ROW(truncate, truncate, (const char *path, off_t size), (path, size))                      \
	ROW(fallocate, fallocate, (int fd, int mode, off_t offset, off_t size),                    \
	    (fd, mode, offset, size))                                                              \
	ROW(unlinkat, unlinkat, (int directory, const char *path, int flags),                      \
	    (directory, path, flags))                                                              \
	ROW(renameat, renameat, (int from_in, const char *from, int to_in, const char *to),        \
	    (from_in, from, to_in, to))                                                            \
	ROW(renameat2, renameat2,                                                                  \
	    (int from_in, const char *from, int to_in, const char *to, unsigned flags),            \
	    (from_in, from, to_in, to, flags))                                                     \
	ROW(mkdirat, mkdirat, (int directory, const char *path, mode_t mode),                      \
	    (directory, path, mode))                                                               \
	ROW(linkat, linkat, (int from_in, const char *from, int to_in, const char *to, int flags), \
	    (from_in, from, to_in, to, flags))                                                     \
	ROW(symlinkat, symlinkat, (const char *text, int directory, const char *path),             \
	    (text, directory, path))                                                               \
	ROW(chdir, chdir, (const char *path), (path))                                              \
	ROW(fchdir, fchdir, (int fd), (fd))                                                        \
	ROW(newfstatat, fstatat,                                                                   \
	    (int directory, const char *path, struct stat *buffer, int flags),                     \
	    (directory, path, buffer, flags))                                                      \
	ROW(statx, statx,                                                                          \
	    (int directory, const char *path, int flags, unsigned mask, struct statx *buffer),     \
	    (directory, path, flags, mask, buffer))                                                \
	ROW(statfs, statfs, (const char *path, struct statfs *buffer), (path, buffer))             \
	ROW(fstatfs, fstatfs, (int fd, struct statfs *buffer), (fd, buffer))                       \
	ROW(faccessat, faccessat, (int directory, const char *path, int mode),                     \
	    (directory, path, mode, 0))                                                            \
	ROW(fchmod, fchmod, (int fd, mode_t mode), (fd, mode))                                     \
	ROW(fchmodat, fchmodat, (int directory, const char *path, mode_t mode),                    \
	    (directory, path, mode, 0))                                                            \
	ROW(fchown, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))                  \
	ROW(fchownat, fchownat,                                                                    \
	    (int directory, const char *path, uid_t user, gid_t group, int flags),                 \
	    (directory, path, user, group, flags))                                                 \
	ROW(mknodat, mknodat, (int directory, const char *path, mode_t mode, dev_t device),        \
	    (directory, path, mode, device))                                                       \
	ROW(setxattr, setxattr,                                                                    \
	    (const char *path, const char *name, const void *value, size_t size, int flags),       \
	    (path, name, value, size, flags))                                                      \
	ROW(lsetxattr, lsetxattr,                                                                  \
	    (const char *path, const char *name, const void *value, size_t size, int flags),       \
	    (path, name, value, size, flags))                                                      \
	ROW(fsetxattr, fsetxattr,                                                                  \
	    (int fd, const char *name, const void *value, size_t size, int flags),                 \
	    (fd, name, value, size, flags))                                                        \
	ROW(removexattr, removexattr, (const char *path, const char *name), (path, name))          \
	ROW(lremovexattr, lremovexattr, (const char *path, const char *name), (path, name))        \
	ROW(fremovexattr, fremovexattr, (int fd, const char *name), (fd, name))                    \
	ROW(name_to_handle_at, name_to_handle_at,                                                  \
	    (int directory, const char *path, struct file_handle *handle, int *mount, int flags),  \
	    (directory, path, handle, mount, flags))                                               \
	ROW(open_by_handle_at, open_by_handle_at,                                                  \
	    (int mount, struct file_handle *handle, int flags), (mount, handle, flags))            \
	ROW(recvmmsg, recvmmsg,                                                                    \
	    (int fd, struct mmsghdr *list, unsigned count, int flags, struct timespec *timeout),   \
	    (fd, list, count, flags, timeout))                                                     \
	ROW(sendmmsg, sendmmsg, (int fd, struct mmsghdr *list, unsigned count, int flags),         \
	    (fd, list, count, flags))                                                              \
	ROW(accept4, accept4, (int fd, struct sockaddr *name, socklen_t *size, int flags),         \
	    (fd, name, size, flags))                                                               \
	ROW(accept, accept, (int fd, struct sockaddr *name, socklen_t *size), (fd, name, size))    \
	ROW(connect, connect, (int fd, const struct sockaddr *name, socklen_t size),               \
	    (fd, name, size))                                                                      \
	ROW(socketpair, socketpair, (int domain, int type, int protocol, int fds[2]),              \
	    (domain, type, protocol, fds))                                                         \
	ROW(flock, flock, (int fd, int operation), (fd, operation))                                \
	ROW(pipe2, pipe2, (int fds[2], int flags), (fds, flags))                                   \
	ROW(memfd_create, memfd_create, (const char *name, unsigned flags), (name, flags))         \
	ROW(execve, execve, (const char *path, char *const argv[], char *const envp[]),            \
	    (path, argv, envp))                                                                    \
	ROW(execveat, execveat,                                                                    \
	    (int directory, const char *path, char *const argv[], char *const envp[], int flags),  \
	    (directory, path, argv, envp, flags))
#if defined(__x86_64__)
#define SYSCALL_OLD_INTS(ROW)                                                                      \
	ROW(dup2, dup2, (int fd, int copy), (fd, copy))                                            \
	ROW(pipe, pipe, (int fds[2]), (fds))                                                       \
	ROW(unlink, unlink, (const char *path), (path))                                            \
	ROW(rename, rename, (const char *from, const char *to), (from, to))                        \
	ROW(mkdir, mkdir, (const char *path, mode_t mode), (path, mode))                           \
	ROW(rmdir, rmdir, (const char *path), (path))                                              \
	ROW(link, link, (const char *from, const char *to), (from, to))                            \
	ROW(symlink, symlink, (const char *text, const char *path), (text, path))                  \
	ROW(access, access, (const char *path, int mode), (path, mode))                            \
	ROW(chmod, chmod, (const char *path, mode_t mode), (path, mode))                           \
	ROW(chown, chown, (const char *path, uid_t user, gid_t group), (path, user, group))        \
	ROW(lchown, lchown, (const char *path, uid_t user, gid_t group), (path, user, group))      \
	ROW(poll, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))   \
	ROW(epoll_wait, epoll_wait, (int fd, struct epoll_event *events, int count, int timeout),  \
	    (fd, events, count, timeout))
#else
#define SYSCALL_OLD_INTS(ROW)
#endif

/* Those whose function makes another call: see by_number.c. */
#define SYSCALL_OTHERS(ROW) ROW(fstat) SYSCALL_OLD_OTHERS(ROW)
#if defined(__x86_64__)
#define SYSCALL_OLD_OTHERS(ROW) ROW(open) ROW(creat) ROW(stat) ROW(lstat) ROW(mknod)
#else
#define SYSCALL_OLD_OTHERS(ROW)
#endif

#define SYSCALL_INT(number, function, parameters, arguments)                                       \
	static long syscall_##number parameters                                                    \
	{                                                                                          \
		return function arguments;                                                         \
	}
SYSCALL_INTS(SYSCALL_INT)
SYSCALL_OLD_INTS(SYSCALL_INT)
#undef SYSCALL_INT

/* The offset comes in two halves, the upper one unused on 64-bit machines. */
static long syscall_preadv2(int fd, const struct iovec *vector, int count, long offset, long unused,
                            int flags)
{
	(void)unused;
	return preadv2(fd, vector, count, offset, flags);
}

static long syscall_pwritev2(int fd, const struct iovec *vector, int count, long offset,
                             long unused, int flags)
{
	(void)unused;
	return pwritev2(fd, vector, count, offset, flags);
}

/* libc's function returns the error's number. */
static long syscall_fadvise(int fd, off_t offset, off_t size, int advice)
{
	int error = posix_fadvise(fd, offset, size, advice);
	errno = error ? error : errno;
	return error ? -1 : 0;
}

static long syscall_pidfd_getfd(int pidfd, int fd, unsigned flags)
{
	return dup_from_process(pidfd, fd, flags);
}

static long syscall_exit_group(int status)
{
	_exit(status);
}

#if defined(__x86_64__)
/* No handlers of fork run: who shares what is told here. */
static long syscall_fork(void)
{
	fd_before_fork();
	long pid = SYS0(fork);
	if (pid != 0)
		fd_after_fork();
	if (pid >= 0)
		return pid;
	errno = (int)-pid;
	return -1;
}
#endif

/* By number; read by syscall.S. */
extern syscall_row syscall_rows[];
extern const unsigned long syscall_count;

syscall_row syscall_rows[] = {
#define SYSCALL_INT(number, function, parameters, arguments) SYSCALL_ROW(number, syscall_##number),
#define SYSCALL_ONE(number)                                  SYSCALL_ROW(number, number),
#define SYSCALL_OTHER(number)                                SYSCALL_ROW(number, by_number_##number),
        SYSCALL_SAME(SYSCALL_ONE) SYSCALL_INTS(SYSCALL_INT) SYSCALL_OLD_INTS(SYSCALL_INT)
                SYSCALL_OTHERS(SYSCALL_OTHER)
#undef SYSCALL_INT
#undef SYSCALL_OTHER
#undef SYSCALL_ONE
                        SYSCALL_ROW(preadv2, syscall_preadv2),
        SYSCALL_ROW(pwritev2, syscall_pwritev2),
        SYSCALL_ROW(mmap, map_by_number),
        SYSCALL_ROW(munmap, map_unmap_by_number),
        SYSCALL_ROW(mremap, map_remap_by_number),
        SYSCALL_ROW(fadvise64, syscall_fadvise),
        SYSCALL_ROW(pidfd_getfd, syscall_pidfd_getfd),
        SYSCALL_ROW(openat2, by_number_openat2),
        SYSCALL_ROW(futex, lock_syscall_futex),
        SYSCALL_ROW(seccomp, filter_syscall_seccomp),
        SYSCALL_ROW(prctl, filter_syscall_prctl),
        SYSCALL_ROW(exit_group, syscall_exit_group),
        SYSCALL_ROW(io_setup, libaio_syscall_setup),
        SYSCALL_ROW(io_destroy, libaio_syscall_destroy),
        SYSCALL_ROW(io_submit, libaio_syscall_submit),
        SYSCALL_ROW(io_getevents, libaio_syscall_getevents),
        SYSCALL_ROW(io_pgetevents, libaio_syscall_pgetevents),
        SYSCALL_ROW(io_cancel, libaio_syscall_cancel),
        SYSCALL_ROW(io_uring_setup, uring_syscall_setup),
        SYSCALL_ROW(io_uring_enter, uring_syscall_enter),
        SYSCALL_ROW(io_uring_register, uring_syscall_register),
#if defined(__x86_64__)
        SYSCALL_ROW(readlink, readlink),
        SYSCALL_ROW(fork, syscall_fork),
#endif
};
const unsigned long syscall_count = sizeof syscall_rows / sizeof *syscall_rows;

/* The next definition of syscall behind ours; NULL until it is known. */
extern long (*syscall_next)(long number, ...);
long (*syscall_next)(long number, ...);

long syscall_failed(long result);

long syscall_failed(long result)
{
	errno = (int)-result;
	return -1;
}

/* A library behind this one may have functions of libc's names that make the
 * call by number: by the row it would come back to them without end. */
static void syscall_without_others(void)
{
	static const struct {
		long number;
		void *slot;
	} rows[] = {
#define SYSCALL_INT(number, function, parameters, arguments) {SYS_##number, &real.function},
#define SYSCALL_ONE(number)                                  {SYS_##number, &real.number},
	        SYSCALL_SAME(SYSCALL_ONE) SYSCALL_INTS(SYSCALL_INT) SYSCALL_OLD_INTS(SYSCALL_INT)
	                SYSCALL_OTHERS(SYSCALL_ONE)
#undef SYSCALL_INT
#undef SYSCALL_ONE
	};
	struct loaded libc;
	if (!loaded_find((const void *)gnu_get_libc_version, &libc))
		return;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uintptr_t found;
		memcpy(&found, rows[i].slot, sizeof found);
		if (found && found - libc.begin >= libc.end - libc.begin)
			syscall_rows[rows[i].number] = NULL;
	}
}

__attribute__((constructor)) static void syscall_load(void)
{
	void *next = dlsym(RTLD_NEXT, "syscall");
	memcpy(&syscall_next, &next, sizeof next);
	real_find_all();
	syscall_without_others();
}
