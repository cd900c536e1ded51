/* SPDX-License-Identifier: Apache-2.0
 *
 * The next definition of each interposed function, behind ours: libc's, or
 * that of another preloaded library. Found on first use, because calls arrive
 * before our constructor.
 */
#ifndef PRELOAD_REAL_H
#define PRELOAD_REAL_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "undeclared.h"

/* What nobody should call any more is called all the same. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

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
