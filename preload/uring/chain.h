/* SPDX-License-Identifier: Apache-2.0
 *
 * Operations that ask for no completion unless they fail (IOSQE_CQE_SKIP_SUCCESS).
 * Where another is linked behind one, it begins only if that one did all it was to
 * do: its completion tells of both. If one fails, the rest of its chain never begins
 * and nobody tells so. Under the ring's lock.
 */
#ifndef PRELOAD_URING_CHAIN_H
#define PRELOAD_URING_CHAIN_H

#include "uring/uring.h"

/* Remembers an operation of which another will tell. Returns false if none will. */
bool chain_keep(struct uring *ring, const struct io_uring_sqe *entry,
                const struct operation *operation);

/* Whether what completes with this user_data may be an operation that failed. */
bool chain_may_fail(struct uring *ring, uint64_t user_data);

/* Whether it is `operation` all the same, which did all that it was to do. */
bool chain_is_success(const struct operation *operation, int result);

/* Forgets those with this user_data. Returns how many there were. */
uint32_t chain_give_way(struct uring *ring, uint64_t user_data);

/* Submission `number` began, and ended at `end` (ticks): those before it succeeded. */
void chain_began(struct uring *ring, uint32_t number, uint64_t end);

/* A completion is none of an operation that tells for itself. Returns false if it is
 * none of a chain's either; `lost` is how many it may have been of, if of several. */
bool chain_failed(struct uring *ring, uint64_t user_data, int result, uint64_t end, uint32_t *lost);

#endif
