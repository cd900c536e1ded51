/* SPDX-License-Identifier: Apache-2.0
 *
 * The process as a whole: how its tracing begins, goes on in forked children,
 * and ends.
 */
#ifndef PRELOAD_TRACER_H
#define PRELOAD_TRACER_H

#include <stdbool.h>

/* The slow way into a traced call: begins tracing where it has not begun, and
 * counts what cannot be traced. Returns whether this call is to be traced.
 * Any thread, signal-safe, keeps errno. */
bool tracer_enter(void);

/* Writes out all that is held, of every thread. Calls that follow are still
 * recorded, each by a write of its own. Called when the process is about to
 * end or to become another image; calling it again does nothing. */
void tracer_finish(void);

#endif
