/* SPDX-License-Identifier: Apache-2.0
 *
 * Native frames as the trace has them: where in which file, defined once each.
 * Names are given to them when the trace is read.
 */
#ifndef PRELOAD_NATIVE_NATIVE_H
#define PRELOAD_NATIVE_NATIVE_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0 or -errno; `why` then says so in a line for the user. */
int native_prepare(char *why, size_t bytes);

/* A forked child defines its frames anew. */
void native_forget(void);

/* The id of the frame whose instruction is at `at`, an address that a walk told;
 * defined if it was not yet. 0 where all ids are given out. Not signal-safe: the
 * caller holds thread_self.busy. */
uint32_t native_define(uintptr_t at);

#endif
