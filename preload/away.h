/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a thread left its processor during a call, at the price of comparing a
 * word: the kernel clears what a thread has in its restartable sequence's place
 * (rseq) when it leaves the processor outside of such a sequence. Then it costs
 * a system call to learn whether the thread waited or the processor was taken
 * from it. Needs glibc 2.35 and a kernel before 6.19, which no longer clears the
 * word for calls; where it is not so, nothing here ever says that a thread left.
 *
 * All functions are signal-safe and keep errno; they are about the calling
 * thread.
 */
#ifndef PRELOAD_AWAY_H
#define PRELOAD_AWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "thread.h"
#include "trace/define.h"

/* Of the word from the thread pointer: the kernel's, or one that nobody clears. */
extern ptrdiff_t away_offset HIDDEN;

/* Once, before any other call. */
void away_prepare(void);

/* Adds what the trace says of it to the process's attributes. */
void away_add(struct define_list *list);

static inline uint64_t away_word(void)
{
	const char *thread = __builtin_thread_pointer();
	return *(const volatile uint64_t *)(thread + away_offset);
}

/* Whether the thread has been on its processor since away_arm. */
static inline bool away_not(void)
{
	return away_word() == thread_self.away.armed;
}

/* From now on it is told when the thread leaves. Counts what it has waited so
 * far if `count`: one system call. Does nothing if it is armed and counted. */
void away_arm(bool count);

/* Counts again, also where nothing is told. */
void away_count(void);

/* What the counts say about the call that just returned, before which the word
 * was `armed`: AIOT_EVENT_ flags. `fresh`: counted just before the call. Counts
 * again, and is armed afterwards. */
uint8_t away_find(uint64_t armed, bool fresh);

/* The same where counting again costs too much. */
uint8_t away_guess(uint64_t armed);

#endif
