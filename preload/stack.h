/* SPDX-License-Identifier: Apache-2.0
 *
 * Who makes a call: a number for the calling thread's stack, whose frames are
 * defined in the trace the first time that the stack is seen. Python frames are
 * read with each call; native ones cost more, and are read on each opening of a
 * file and on calls that move data as often as a budget allows: each call brings in
 * a little, and what reading took is paid from that.
 */
#ifndef PRELOAD_STACK_H
#define PRELOAD_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "aiotrace/format.h"
#include "base/clock.h"
#include "config.h"
#include "thread.h"

/* Nanoseconds: what each call brings in (by the clock: what it does to caches comes
 * to several times that), what a thread may have saved, which it
 * begins with, and the most that it is charged at once: the first time that a
 * function is met, its tables may have to come from storage, and that is once. */
#define STACK_EARN  3
#define STACK_SAVED (1 << 20)
#define STACK_MOST  4096

/* Whose stacks can be read: enum config_stacks, or-ed; 0 = none. */
extern unsigned stack_on HIDDEN;

/* Looks for what can be read, once the libraries that the program was linked
 * with are loaded. Not signal-safe. */
void stack_prepare(void);

/* A forked child defines its stacks anew. */
void stack_forget(void);

/* Says in the trace what is missing of its stacks. */
void stack_finish(void);

/* The id of the calling thread's stack; 0 = none. `whose` are enum config_stacks,
 * or-ed, `ticks` is the time now. Keeps errno. */
uint32_t stack_now(unsigned whose, uint64_t ticks);

/* Whether native frames may be read, after a call that took so long. */
static inline bool stack_native_due(uint64_t took_ns)
{
	thread_self.stack_spent -= STACK_EARN + (int64_t)(took_ns >> 8);
	return thread_self.stack_spent <= STACK_SAVED;
}

/* The stack of a call on a file of that stage, without native frames. Who talks to
 * other processes is not asked: pipes are also written to by signal handlers, which
 * may come while the interpreter is changing its frames. */
static inline uint32_t stack_of_call(uint8_t stage)
{
	unsigned whose = stack_on & CONFIG_STACKS_PYTHON;
	return __builtin_expect(whose, 0) && stage != AIOT_STAGE_IPC ? stack_now(whose, 0) : 0;
}

/* The same of one that moved data until `ticks` and took so long: with native
 * frames if they are due. Those of the interpreter's and libraries' own files are
 * of no interest. */
static inline uint32_t stack_of_data(uint8_t stage, uint64_t ticks, uint64_t took_ns)
{
	unsigned whose = stack_on;
	if (__builtin_expect(!whose, 1) || stage == AIOT_STAGE_IPC)
		return 0;
	if (whose & CONFIG_STACKS_NATIVE &&
	    (stage == AIOT_STAGE_RUNTIME || !stack_native_due(took_ns)))
		whose &= ~(unsigned)CONFIG_STACKS_NATIVE;
	return whose ? stack_now(whose, ticks) : 0;
}

/* The same of one that opened a file, or failed to. */
static inline uint32_t stack_of_opening(uint8_t stage, bool failed)
{
	unsigned whose = stack_on;
	if (failed || stage == AIOT_STAGE_RUNTIME || stage == AIOT_STAGE_IPC)
		whose &= ~(unsigned)CONFIG_STACKS_NATIVE;
	return whose ? stack_now(whose, clock_ticks()) : 0;
}

#endif
