/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls by syscall(2) that are not just libc's functions: a function a number, with the call's
 * arguments, that makes the call, records it, and returns as syscall does.
 */
#ifndef PRELOAD_CALLS_SYSCALL_H
#define PRELOAD_CALLS_SYSCALL_H

#include <stddef.h>
#include <sys/stat.h>

struct open_how;

long libaio_syscall_setup(long count, long context);
long libaio_syscall_destroy(long context);
long libaio_syscall_submit(long context, long count, long list);
long libaio_syscall_getevents(long context, long least, long count, long events, long timeout);
long libaio_syscall_pgetevents(long context, long least, long count, long events, long timeout,
                               long mask);
long libaio_syscall_cancel(long context, long iocb, long event);
long uring_syscall_setup(long entries, long parameters);
long uring_syscall_enter(long fd, long count, long least, long flags, long mask, long size);
long uring_syscall_register(long fd, long operation, long argument, long count);
long lock_syscall_futex(long address, long operation, long value, long timeout, long other,
                        long value3);

long filter_syscall_seccomp(long operation, long flags, long program);
long filter_syscall_prctl(long option, long a, long b, long c, long d);

long by_number_fstat(int fd, struct stat *buffer);
long by_number_openat2(int directory, const char *path, const struct open_how *how, size_t size);
#if defined(__x86_64__)
long by_number_stat(const char *path, struct stat *buffer);
long by_number_lstat(const char *path, struct stat *buffer);
long by_number_open(const char *path, int flags, mode_t mode);
long by_number_creat(const char *path, mode_t mode);
long by_number_mknod(const char *path, mode_t mode, dev_t device);
#endif

#endif
