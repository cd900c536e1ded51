/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of other libraries (liburing, libaio) that make calls which are traced
 * as well: these are told by the outer one's event. A call that never returned, as a
 * handler of a signal jumped out of it, leaves nothing behind.
 */
#ifndef PRELOAD_CALLS_INNER_H
#define PRELOAD_CALLS_INNER_H

#include "calls/call.h"

/* Whether a call of `caller` is told by the event of the function that makes it. */
bool inner_is(const void *caller);

/* Begins a call of `caller`, an address in the program's code or a library's. It
 * is made by `function`, NULL if that is the kernel. Returns false if it is not to be
 * traced. */
bool inner_begin(struct call *call, const void *function, const void *caller);

/* The call has returned. */
static inline void inner_end(void)
{
	thread_self.inside = NULL;
}

#endif
