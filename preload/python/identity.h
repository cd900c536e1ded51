/* SPDX-License-Identifier: Apache-2.0
 *
 * What tells code objects apart. An address does not: memory of code that is given up
 * may hold other code by the next look, with the same names and lines in the same
 * places. A version of the interpreter that numbers its code objects is asked for the
 * number; in others what they point to is looked at, once for each, until the
 * interpreter gives the object up: it calls a function for that, which the type of code
 * objects names, and ours stands there before it.
 */
#ifndef PRELOAD_PYTHON_IDENTITY_H
#define PRELOAD_PYTHON_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "headers.h"

/* Code objects that were given up so far: while it is the same, so is the code at every
 * address. Atomic. */
extern uint64_t identity_gone HIDDEN;

/* Has the interpreter tell of what it gives up. Before it runs; once. */
void identity_watch(void);

/* Whether it does. */
bool identity_is_watched(void);

/* A number for one code object and what it points to. The caller's frame keeps it alive. */
uint64_t identity_of(const void *code);

#endif
