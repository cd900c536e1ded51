/* SPDX-License-Identifier: Apache-2.0
 *
 * Python stacks as the trace has them: each frame is defined once.
 */
#ifndef PRELOAD_PYTHON_PYTHON_H
#define PRELOAD_PYTHON_PYTHON_H

#include <stdbool.h>
#include <stdint.h>

#include "python/walk.h"

/* Returns 0 or -errno. */
int python_prepare(void);

/* A forked child defines its frames anew. */
void python_forget(void);

/* The ids of the calling thread's frames, from the innermost, and their marks, if
 * `marks` is not NULL; those that were not defined yet are now. Returns how many.
 * Not signal-safe: the caller holds thread_self.busy. */
uint32_t python_define(uint32_t ids[PYTHON_FRAMES], uintptr_t *marks, bool *cut);

/* Whether the instruction is in the interpreter's function that runs Python code. */
bool python_is_runner(uintptr_t at);

#endif
