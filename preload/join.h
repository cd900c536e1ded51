/* SPDX-License-Identifier: Apache-2.0
 *
 * Python and native frames as one stack: in the place of each function that
 * runs Python code stand the Python frames that it runs.
 */
#ifndef PRELOAD_JOIN_H
#define PRELOAD_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "native/walk.h"
#include "python/walk.h"

#define JOIN_FRAMES (PYTHON_FRAMES + NATIVE_FRAMES)

/* The ids of the calling thread's native and Python frames, from the innermost;
 * those that were not defined yet are now. Returns how many. Not signal-safe: the
 * caller holds thread_self.busy. */
uint32_t join_define(uint32_t ids[JOIN_FRAMES], bool *cut);

/* The same of the native ones alone; needs little of the stack. */
uint32_t join_define_native(uint32_t ids[NATIVE_FRAMES], bool *cut);

#endif
