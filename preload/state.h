/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether this process is traced. The word lies in memory that fork wipes, so
 * that a child notices by one load that it has to begin anew, however it was
 * forked. tracer.c moves it from one state to the next.
 */
#ifndef PRELOAD_STATE_H
#define PRELOAD_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum state {
	STATE_NEW = 0,  /* wiped, or not begun */
	STATE_STARTING, /* one thread is at it */
	STATE_ON,
	STATE_CLOSING, /* buffers are drained; events are written one by one */
	STATE_OFF,     /* for good */
};

extern uint32_t *state_word HIDDEN; /* enum state; atomic */

/* 1 in the process that began the image, one more for each fork since. */
extern uint16_t state_generation HIDDEN;

static inline bool state_is(enum state state)
{
	return __atomic_load_n(state_word, __ATOMIC_RELAXED) == (uint32_t)state;
}

void state_set(enum state state);

/* Returns whether it was `from` and is now `to`. */
bool state_move(enum state from, enum state to);

/* Maps the word's memory, where it is STATE_STARTING. Returns 0 or -errno. */
int state_prepare(void);

/* Stops tracing for good, says why in the log, and leaves the program alone.
 * `error` is an errno, or SINK_LIMIT. */
void state_stop(const char *why, int error);

/* Counts an event that comes after state_stop; nothing if there was none. */
void state_count_stopped(void);

/* Forgets that the parent was stopped. */
void state_forget(void);

#endif
