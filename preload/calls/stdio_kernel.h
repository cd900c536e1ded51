/* SPDX-License-Identifier: Apache-2.0
 *
 * What streams do in the kernel. libc's streams read, write, seek and close
 * through tables of functions; ours stand in these tables, so that every transfer is
 * seen as it happens, also those of inlined getc, of exit, and of functions
 * that nobody interposes: exact offset, size, result and time. Where a libc
 * has no such tables, streams are known only by the calls made on them.
 */
#ifndef PRELOAD_CALLS_STDIO_KERNEL_H
#define PRELOAD_CALLS_STDIO_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* What the calling thread's streams did. Differences tell a wrapper what its
 * call did in the kernel. */
struct stdio_kernel {
	uint64_t calls;
	uint64_t failures;
	uint64_t read_bytes;
	uint32_t opening; /* libc is opening a stream: its descriptor is not known yet */
	int closed;       /* the descriptor that was closed last */
};

extern __thread struct stdio_kernel stdio_kernel __attribute__((tls_model("initial-exec")));

/* Puts our functions into the tables, once. Returns whether they are there. */
bool stdio_kernel_watch(void);

#endif
