/* SPDX-License-Identifier: Apache-2.0
 *
 * Who makes a call: a number for the calling thread's stack, whose frames are
 * defined in the trace the first time that the stack is seen.
 */
#ifndef PRELOAD_STACK_H
#define PRELOAD_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "aiotrace/format.h"

extern bool stack_on; /* there are stacks to be read */

/* Looks for what can be read, once the libraries that the program was linked
 * with are loaded. Not signal-safe. */
void stack_prepare(void);

/* A forked child defines its stacks anew. */
void stack_forget(void);

/* Says in the trace what is missing of its stacks. */
void stack_finish(void);

/* The id of the calling thread's stack; 0 = none. Keeps errno. */
uint32_t stack_now(void);

/* The same for a call on a file of that stage. Who talks to other processes is
 * not asked: pipes are also written to by signal handlers, which may come while
 * the interpreter is changing its frames. */
static inline uint32_t stack_of_call(uint8_t stage)
{
	return __builtin_expect(stack_on, 0) && stage != AIOT_STAGE_IPC ? stack_now() : 0;
}

#endif
