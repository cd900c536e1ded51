/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions that the calling thread is in, from the innermost outside this
 * library on. No lock, no system call but the first times, nothing but the
 * stack, the loaded objects' tables and this library's memory is read:
 * signal-safe, any thread, any stack, in children of any fork.
 */
#ifndef PRELOAD_NATIVE_WALK_H
#define PRELOAD_NATIVE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Frames that are looked at, from the innermost. */
#define NATIVE_FRAMES 128

struct native_frame {
	uintptr_t at;  /* within the instruction: the call, or what a signal interrupted; 0:
	                * in code that no file holds */
	uintptr_t end; /* its part of the stack lies below this */
};

/* Returns 0 or -errno. `why` says in a line for the user what is missing. */
int native_walk_prepare(char *why, size_t bytes);

/* Calls `see` for each, at most NATIVE_FRAMES; `cut` says whether there are more, or
 * may be. Threads may have small stacks: nothing is kept for it. */
void native_walk(void (*see)(void *arg, const struct native_frame *frame), void *arg, bool *cut);

/* A number for the stack: equal for equal stacks, as good as never for others; 0
 * where there is none. `ticks` is the time now, and then what the look took. */
uint64_t native_identify(uint64_t *ticks);

#endif
