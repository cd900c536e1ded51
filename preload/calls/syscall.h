/* SPDX-License-Identifier: Apache-2.0
 *
 * Asynchronous I/O and waiting by syscall(2): a function a number, with the call's arguments,
 * that makes the call, records it, and returns as syscall does.
 */
#ifndef PRELOAD_CALLS_SYSCALL_H
#define PRELOAD_CALLS_SYSCALL_H

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

#endif
