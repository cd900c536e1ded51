/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of a ring's operations a completion belongs to: by user_data, which programs
 * use again, and where submissions were missed, by the order of things. Under the
 * ring's lock.
 */
#ifndef PRELOAD_URING_MATCH_H
#define PRELOAD_URING_MATCH_H

#include "uring/uring.h"

/* Whether it was submitted before submission `number`. */
bool match_is_older(const struct operation *operation, uint32_t number);

/* Of operations that share a user_data, those that are in doubt were overtaken
 * by a newer one: what completes from now on is that. */
void match_forget_overtaken(struct uring *ring, uint64_t user_data, uint32_t newest);

/* A program uses a user_data again when it has taken the completion of the
 * operation that had it. */
void match_bound_older(struct uring *ring, const struct operation *newer);

/* The operation that completion `number` belongs to. NULL if it is not known, or if
 * what was read of it may be another's. */
struct operation *match_of(struct uring *ring, uint32_t number, uint64_t user_data);

#endif
