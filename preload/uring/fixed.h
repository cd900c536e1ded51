/* SPDX-License-Identifier: Apache-2.0
 *
 * A ring's registered files, which operations name by index. Where their
 * registration was not seen, /proc tells their names. Under the ring's lock.
 */
#ifndef PRELOAD_URING_FIXED_H
#define PRELOAD_URING_FIXED_H

#include "uring/uring.h"

/* io_uring_register(operation, argument, count) has succeeded on the ring. */
void fixed_registered(struct uring *ring, unsigned operation, const void *argument, unsigned count);

/* Descriptors `fds` stand at the indices from `first` on; -1 is none. */
void fixed_set(struct uring *ring, uint32_t first, const int *fds, uint32_t count);

/* Room for `count` files, all of them none. */
void fixed_make(struct uring *ring, uint32_t count);
void fixed_forget(struct uring *ring);

/* The file at an index; one without a file id if it is not known. */
struct fd fixed_look(struct uring *ring, uint32_t index);

/* An operation opened `file` into an index, or closed what was there. */
void fixed_put(struct uring *ring, uint32_t index, struct fd file);

#endif
