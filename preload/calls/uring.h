/* SPDX-License-Identifier: Apache-2.0
 *
 * What the wrappers of liburing and of io_uring's system calls share: the call
 * is an event, and the moment to look at the ring.
 */
#ifndef PRELOAD_CALLS_URING_H
#define PRELOAD_CALLS_URING_H

#include "calls/inner.h"
#include "uring/layout.h"

/* Begins a call of a library's function. */
#define URING_BEGIN(call, symbol) inner_begin(call, REAL_NEAR(symbol), __builtin_return_address(0))

/* Ends it: stores its event, and returns when that says it began. `result` is a
 * value, or -errno. Keeps errno. */
uint64_t uring_end(const struct call *call, enum aiot_call id, uint64_t size, int64_t result);

/* Looks at the ring behind `fd`, on which a call that began at `start_ns`, or 0,
 * has submitted `submitted` operations; -1 where it does not tell. */
void uring_look(const struct call *call, uint64_t start_ns, int fd, int64_t submitted);

/* A ring was made. */
void uring_made(int fd, const struct uring_layout *layout, enum uring_shown shown);

/* A system call of io_uring's that the program makes by an instruction (site.S):
 * its number and arguments, as they are in rax, rdi, rsi, rdx, r10, r8 and r9.
 * Returns what the kernel does. Keeps errno. */
long uring_site_call(const long registers[7]);

#endif
