/* SPDX-License-Identifier: Apache-2.0
 *
 * The process as a whole: whether it is traced, and its beginning, forks and
 * end. The state lies in memory that fork wipes, so that a child notices by
 * one load that it has to begin anew, however it was forked.
 */
#ifndef PRELOAD_TRACER_H
#define PRELOAD_TRACER_H

#include <stdbool.h>
#include <stdint.h>

enum tracer_state {
	TRACER_NEW = 0,  /* wiped, or not begun */
	TRACER_STARTING, /* one thread is at it */
	TRACER_ON,
	TRACER_CLOSING, /* buffers are drained; events are written one by one */
	TRACER_OFF,     /* for good */
};

extern uint32_t *tracer_state;     /* enum tracer_state; atomic */
extern uint16_t tracer_generation; /* 1, and one more for each fork on the way here */

static inline bool tracer_is(enum tracer_state state)
{
	return __atomic_load_n(tracer_state, __ATOMIC_RELAXED) == (uint32_t)state;
}

/* The slow way into a traced call: begins tracing where it has not begun, and
 * counts what cannot be traced. Returns whether this call is to be traced.
 * Any thread, signal-safe, keeps errno. */
bool tracer_enter(void);

/* Stops tracing for good, says why in the log, and leaves the program alone. */
void tracer_stop(const char *why, int error);

/* Writes out all that is held, of every thread. Calls that follow are still
 * recorded, each by a write of its own. Called when the process is about to
 * end or to become another image; calling it again does nothing. */
void tracer_finish(void);

#endif
