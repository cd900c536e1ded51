/* SPDX-License-Identifier: Apache-2.0
 *
 * Places in a program's own code that enter io_uring by an instruction, where no
 * call could be traced (liburing linked statically, fio). The instruction before
 * the system call, or one a little ahead, is replaced by a jump to a copy that
 * passes through uring_site_call (calls/uring.h). It is done when a program turns
 * out to use io_uring, never with AIOTRACE_POLL=0, and on x86-64 alone.
 *
 * An instruction is replaced as a whole, so whatever jumps to it or behind it
 * finds what it found before.
 */
#ifndef PRELOAD_URING_SITE_H
#define PRELOAD_URING_SITE_H

#include <stdbool.h>

/* The functions below return whether code that enters io_uring is hooked, now or
 * from before. Any thread; not signal-safe. */

/* In the module that has `caller`, which sets a ring up; not far from it if the module is
 * large. */
bool site_hook_caller(const void *caller);

/* In all modules, large ones only if it is in no other: a ring came from nowhere. */
bool site_hook_all(void);

/* In the program's own file, once: it opens data, and may go on by io_uring. Or it
 * forks: what was found out holds for its children, too. */
void site_hook_program(void);

/* The same as it starts, where its code is searched in no time: it may open its data
 * by io_uring as well. */
void site_hook_small_program(void);
extern bool site_program_done;

#endif
