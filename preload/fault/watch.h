/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads of mapped files are page faults, and the kernel tells them by perf, a
 * thread at a time. This is when and for whom: for all threads while any file
 * of interest is mapped, so that a process without one pays nothing. Whoever
 * records an event sees to the rings, of all threads now and then, of its own
 * when they fill up.
 */
#ifndef PRELOAD_WATCH_H
#define PRELOAD_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern uint32_t watch_active HIDDEN; /* faults are being told; atomic */

/* A file of interest was mapped: `bytes` of it. */
void watch_mapped(size_t bytes);

/* Mappings are about to go: stores what was told of them. */
void watch_settle(void);

/* Called with each event, `now` being its end, while watch_active. */
void watch_look(uint64_t now);

/* The calling thread has just begun. */
void watch_thread_begins(void);

/* The calling thread's mark is about to be `mark`: what was told so far, of it and
 * of those that follow it, stands under the one that was. */
void watch_marked(uint8_t mark);

/* The process ends: stores all that is held. */
void watch_finish(void);

/* In a forked child: lets go of what is the parent's; then, once tracing is on,
 * begins anew for the files that are mapped. */
void watch_forget(void);
void watch_inherited(void);

#endif
