/* SPDX-License-Identifier: Apache-2.0
 *
 * The next definition of each interposed function, behind ours: libc's, or
 * that of another preloaded library. Found on first use, because calls arrive
 * before our constructor.
 */
#ifndef PRELOAD_REAL_H
#define PRELOAD_REAL_H

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "undeclared.h"

/* What this library exports: its own definitions of the same. */
#define AIOT_CALL(id, symbol, class, level, roles)                                                 \
	extern __typeof__(symbol) symbol __attribute__((visibility("default")));
#include "aiotrace/calls.def"

struct real_calls {
#define AIOT_CALL(id, symbol, class, level, roles) __typeof__(symbol) *symbol;
#include "aiotrace/calls.def"
};

extern struct real_calls real;

/* Looks `name` up behind this library and keeps the answer in `slot`. A function
 * that the system lacks becomes one that fails with ENOSYS. Keeps errno. Any
 * thread. */
void *real_find(void *slot, const char *name);

#define REAL(symbol)                                                                               \
	(__builtin_expect(real.symbol != NULL, 1)                                                  \
	         ? real.symbol                                                                     \
	         : (__typeof__(symbol) *)real_find(&real.symbol, #symbol))

#endif
