/* SPDX-License-Identifier: Apache-2.0
 *
 * The system calls that are recorded when a program makes them by number. A row
 * is a function with the call's arguments that returns a long: the event is
 * that of libc's function of the same name. A number without a row passes
 * unrecorded. See syscall.S.
 */
#include "calls/syscall.h"

#include <dlfcn.h>
#include <sched.h>

#include "calls/call.h"
#include "calls/map.h"

typedef void (*syscall_row)(void);
#define SYSCALL_ROW(number, function) [SYS_##number] = (syscall_row)(function)

/* Rows of functions that return an int, which must be made a long. */
static long syscall_close(int fd)
{
	return close(fd);
}

static long syscall_close_range(unsigned first, unsigned last, int flags)
{
	return close_range(first, last, flags);
}

static long syscall_openat(int directory, const char *path, int flags, mode_t mode)
{
	return openat(directory, path, flags, mode);
}

static long syscall_dup(int fd)
{
	return dup(fd);
}

static long syscall_dup3(int fd, int copy, int flags)
{
	return dup3(fd, copy, flags);
}

static long syscall_fcntl(int fd, int command, long argument)
{
	return fcntl(fd, command, argument);
}

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

static long syscall_fsync(int fd)
{
	return fsync(fd);
}

static long syscall_fdatasync(int fd)
{
	return fdatasync(fd);
}

static long syscall_ftruncate(int fd, off_t size)
{
	return ftruncate(fd, size);
}

static long syscall_fallocate(int fd, int mode, off_t offset, off_t size)
{
	return fallocate(fd, mode, offset, size);
}

static long syscall_unlinkat(int directory, const char *path, int flags)
{
	return unlinkat(directory, path, flags);
}

static long syscall_renameat2(int from_directory, const char *from, int to_directory,
                              const char *to, unsigned flags)
{
	return renameat2(from_directory, from, to_directory, to, flags);
}

static long syscall_mkdirat(int directory, const char *path, mode_t mode)
{
	return mkdirat(directory, path, mode);
}

static long syscall_chdir(const char *path)
{
	return chdir(path);
}

static long syscall_fchdir(int fd)
{
	return fchdir(fd);
}

static long syscall_statx(int directory, const char *path, int flags, unsigned mask,
                          struct statx *buffer)
{
	return statx(directory, path, flags, mask, buffer);
}

static long syscall_pipe2(int fds[2], int flags)
{
	return pipe2(fds, flags);
}

static long syscall_memfd_create(const char *name, unsigned flags)
{
	return memfd_create(name, flags);
}

static long syscall_execve(const char *path, char *const arguments[], char *const environment[])
{
	return execve(path, arguments, environment);
}

static long syscall_exit_group(int status)
{
	_exit(status);
}

#if defined(__x86_64__)
static long syscall_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags, mode);
}

static long syscall_creat(const char *path, mode_t mode)
{
	return creat(path, mode);
}

static long syscall_dup2(int fd, int copy)
{
	return dup2(fd, copy);
}

static long syscall_pipe(int fds[2])
{
	return pipe(fds);
}

static long syscall_unlink(const char *path)
{
	return unlink(path);
}

static long syscall_rename(const char *from, const char *to)
{
	return rename(from, to);
}

static long syscall_mkdir(const char *path, mode_t mode)
{
	return mkdir(path, mode);
}

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
extern const syscall_row syscall_rows[];
extern const unsigned long syscall_count;

const syscall_row syscall_rows[] = {
        SYSCALL_ROW(read, read),
        SYSCALL_ROW(write, write),
        SYSCALL_ROW(pread64, pread64),
        SYSCALL_ROW(pwrite64, pwrite64),
        SYSCALL_ROW(readv, readv),
        SYSCALL_ROW(writev, writev),
        SYSCALL_ROW(preadv, preadv),
        SYSCALL_ROW(pwritev, pwritev),
        SYSCALL_ROW(preadv2, syscall_preadv2),
        SYSCALL_ROW(pwritev2, syscall_pwritev2),
        SYSCALL_ROW(lseek, lseek),
        SYSCALL_ROW(sendfile, sendfile),
        SYSCALL_ROW(copy_file_range, copy_file_range),
        SYSCALL_ROW(splice, splice),
        SYSCALL_ROW(tee, tee),
        SYSCALL_ROW(vmsplice, vmsplice),
        SYSCALL_ROW(openat, syscall_openat),
        SYSCALL_ROW(close, syscall_close),
        SYSCALL_ROW(close_range, syscall_close_range),
        SYSCALL_ROW(dup, syscall_dup),
        SYSCALL_ROW(dup3, syscall_dup3),
        SYSCALL_ROW(fcntl, syscall_fcntl),
        SYSCALL_ROW(fsync, syscall_fsync),
        SYSCALL_ROW(fdatasync, syscall_fdatasync),
        SYSCALL_ROW(ftruncate, syscall_ftruncate),
        SYSCALL_ROW(fallocate, syscall_fallocate),
        SYSCALL_ROW(mmap, map_by_number),
        SYSCALL_ROW(munmap, map_unmap_by_number),
        SYSCALL_ROW(unlinkat, syscall_unlinkat),
        SYSCALL_ROW(renameat2, syscall_renameat2),
        SYSCALL_ROW(mkdirat, syscall_mkdirat),
        SYSCALL_ROW(chdir, syscall_chdir),
        SYSCALL_ROW(fchdir, syscall_fchdir),
        SYSCALL_ROW(statx, syscall_statx),
        SYSCALL_ROW(getdents64, getdents64),
        SYSCALL_ROW(pipe2, syscall_pipe2),
        SYSCALL_ROW(memfd_create, syscall_memfd_create),
        SYSCALL_ROW(execve, syscall_execve),
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
        SYSCALL_ROW(open, syscall_open),
        SYSCALL_ROW(creat, syscall_creat),
        SYSCALL_ROW(dup2, syscall_dup2),
        SYSCALL_ROW(pipe, syscall_pipe),
        SYSCALL_ROW(unlink, syscall_unlink),
        SYSCALL_ROW(rename, syscall_rename),
        SYSCALL_ROW(mkdir, syscall_mkdir),
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

__attribute__((constructor)) static void syscall_load(void)
{
	void *next = dlsym(RTLD_NEXT, "syscall");
	memcpy(&syscall_next, &next, sizeof next);
}
