/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts of events that happened and are not in the trace. They lie in the
 * live file while there is one, so that they survive a kill, and stand in the
 * trace when the process ends in order.
 */
#ifndef PRELOAD_LOSS_H
#define PRELOAD_LOSS_H

#include <stdint.h>

#include "aiotrace/format.h"

/* Adds `events` to a cause. Any thread, signal-safe, no system call. */
void loss_count(enum aiot_loss cause, uint64_t events);

/* Moves the counters into `place` (AIOT_LOSSES words of mapped memory), taking
 * along what was counted so far; NULL moves them back into private memory. */
void loss_move(uint64_t *place);

/* Copies the counters. */
void loss_read(uint64_t counters[AIOT_LOSSES]);

/* Forgets everything: a forked child counts its own. */
void loss_reset(void);

#endif
