/* SPDX-License-Identifier: Apache-2.0
 *
 * The next definition of each interposed function, behind ours: libc's, or
 * that of another preloaded library. Found on first use, because calls arrive
 * before our constructor.
 */
#ifndef PRELOAD_REAL_H
#define PRELOAD_REAL_H

#include <aio.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <threads.h>
#include <unistd.h>
#include <wchar.h>
#include <utime.h>

#include "base/foreign.h"
#include "base/returning.h"
#include "base/undeclared.h"

/* What nobody should call any more is called all the same. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* What this library exports: its own definitions of the same. */
#define AIOT_CALL(id, symbol, class, level, roles)                                                 \
	extern __typeof__(symbol) symbol __attribute__((visibility("default")));
#define AIOT_HOOK(symbol, library)                                                                 \
	extern __typeof__(symbol) symbol __attribute__((visibility("default")));
#include "aiotrace/calls.def"

struct real_calls {
#define AIOT_CALL(id, symbol, class, level, roles) __typeof__(symbol) *symbol;
#define AIOT_HOOK(symbol, library)                 __typeof__(symbol) *symbol;
#include "aiotrace/calls.def"
};

extern struct real_calls real HIDDEN;

/* Looks `name` up behind this library and keeps the answer in `slot`. A function
 * that the system lacks becomes one that fails with ENOSYS. Keeps errno. Any
 * thread. */
void *real_find(void *slot, const char *name);

/* The same for a function of a library that may have been loaded out of our
 * sight: also looked for where `caller`, an address in the calling object, finds
 * it. A function that is nowhere fails with -ENOSYS as its value. */
void *real_find_near(void *slot, const char *name, const void *caller);

/* libc's dlsym, behind ours; by a name that is not interposed. */
void *real_dlsym_function(void);

/* Whether a slot holds what a lookup found. */
bool real_is_known(const void *slot);

/* Looks up all that is there yet. A look-up takes the loader's lock: a thread
 * that made its first call while another is inside dlopen, waiting for it in a
 * constructor, would wait for ever. */
void real_find_all(void);

#define REAL(symbol)                                                                               \
	(__builtin_expect(real.symbol != NULL, 1)                                                  \
	         ? real.symbol                                                                     \
	         : (__typeof__(symbol) *)real_find(&real.symbol, #symbol))

/* For wrappers of another library's functions. */
#define REAL_NEAR(symbol)                                                                          \
	(__builtin_expect(real.symbol != NULL, 1)                                                  \
	         ? real.symbol                                                                     \
	         : (__typeof__(symbol) *)real_find_near(&real.symbol, #symbol,                     \
	                                                __builtin_return_address(0)))

#endif
