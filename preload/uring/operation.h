/* SPDX-License-Identifier: Apache-2.0
 *
 * What one operation of a ring is: its submission entry made into a flight, and
 * its completion into an event. Under the ring's lock.
 */
#ifndef PRELOAD_URING_OPERATION_H
#define PRELOAD_URING_OPERATION_H

#include "uring/uring.h"

/* Reads `entry`. File, offset and size as far as they can be known now; start,
 * number and head are the caller's to set, and a descriptor that it closes is
 * the caller's to forget. */
struct operation operation_of(struct uring *ring, const struct io_uring_sqe *entry);

/* Whether such an operation returns a number of bytes. */
bool operation_moves(uint8_t opcode);

/* Stores the event of an operation that completed with `result` at `end`
 * (ticks). Descriptors that it opened become known. */
void operation_completed(struct uring *ring, struct operation *operation, int result, uint64_t end,
                         bool polled);

#endif
