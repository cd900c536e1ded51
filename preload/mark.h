/* SPDX-License-Identifier: Apache-2.0
 *
 * The stages that the program says it is in (include/aiotrace/mark.h): a mark a
 * thread, and that of the main thread for those that have none. A program that
 * never marks anything pays a look at mark_used for each event.
 */
#ifndef PRELOAD_MARK_H
#define PRELOAD_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "aiotrace/format.h"

#define MARK_NONE  0    /* the thread follows the main thread */
#define MARK_JUDGE 0xff /* it wants none; else: the stage's number + 1 */

#define MARK_DEPTH 30 /* deeper ones are counted, and change nothing */

struct mark {
	uint8_t now;
	uint32_t depth; /* stages begun and not ended */
	uint8_t under[MARK_DEPTH];
};

extern __thread struct mark mark_self __attribute__((tls_model("initial-exec")));
extern uint8_t mark_main HIDDEN; /* the main thread's */
extern uint8_t mark_used HIDDEN; /* some thread has, or had, one */

/* An event's stage and flags. */
struct marked {
	uint8_t stage, flags;
};

/* The mark that a thread with this one is under: a stage's number + 1, or
 * MARK_NONE. */
static inline uint8_t mark_in_force_of(uint8_t own)
{
	uint8_t mark = own ? own : __atomic_load_n(&mark_main, __ATOMIC_RELAXED);
	return mark == MARK_JUDGE ? MARK_NONE : mark;
}

static inline uint8_t mark_in_force(void)
{
	return mark_in_force_of(mark_self.now);
}

/* An event under that mark. What a file is by itself, it stays: interpreter and
 * libraries, pipes and shared memory. */
static inline struct marked mark_with(uint8_t mark, uint8_t stage, uint8_t flags)
{
	if (mark == MARK_NONE || stage != AIOT_STAGE_OTHER)
		return (struct marked){stage, flags};
	return (struct marked){(uint8_t)(mark - 1), flags | AIOT_EVENT_MARKED};
}

/* Kept out of the wrappers, which are many. */
struct marked mark_of_slowly(uint8_t stage, uint8_t flags);

/* An event of the calling thread. */
static inline struct marked mark_of(uint8_t stage, uint8_t flags)
{
	if (__builtin_expect(mark_used, 0))
		return mark_of_slowly(stage, flags);
	return (struct marked){stage, flags};
}

/* Takes over AIOTRACE_MARK, for the main thread; once an image. */
void mark_prepare(void);

/* Puts a place for it into the environment, where this process's mark stands for
 * the programs that it starts. Not before libc has started. */
void mark_tell_children(void);

/* In a forked child: what was in force for the thread that forked is the main
 * thread's now. Signal-safe. */
void mark_forked(void);

/* What a thread that is being made begins with. `caller` is who calls
 * pthread_create: threads that libraries of a Python program make for themselves
 * serve whoever asks, and follow the main thread. */
uint8_t mark_for_thread(const void *caller);

/* The calling thread begins with that mark. */
void mark_begin_thread(uint8_t mark);

#endif
