/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream of events that is no thread's own: the faults of all threads, which
 * whoever has the time writes down. One writer at a time: the holder of
 * watch.c's lock.
 */
#ifndef PRELOAD_SIDE_H
#define PRELOAD_SIDE_H

#include "aiotrace/format.h"

/* Stores an event; into a block of its own where no buffer can be had. */
void side_store(const struct aiot_event *event);

/* Writes all out and gives the buffer back. */
void side_end(void);

/* In a forked child: lets go of the parent's buffer. */
void side_forget(void);

#endif
