/* SPDX-License-Identifier: Apache-2.0
 *
 * What the trace says of mapped files besides their faults: how much was
 * mapped, and whether the kernel lets its faults be seen.
 */
#ifndef PRELOAD_WATCH_NOTE_H
#define PRELOAD_WATCH_NOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "fault/ring.h"

/* Counts a mapping of a file of interest. Any thread. */
void watch_note_mapping(size_t bytes);

/* Counts a thread whose faults are not told. */
void watch_note_thread_unseen(void);

/* The watch began, or was refused with an error at a step: the trace says so
 * at once, since the process may be killed. */
void watch_note_begun(int error, enum ring_step failed);

/* Whether the kernel refused: it is not asked again. */
bool watch_note_refused(void);

/* Writes the final counts, if anything was mapped. */
void watch_note_last(void);

/* A forked child counts its own. */
void watch_note_forget(void);

#endif
