/* SPDX-License-Identifier: Apache-2.0
 *
 * Rings that a thread of the kernel empties (SQPOLL), so that a program submits
 * without a call. Only while that thread sleeps a program has to call, which a flag
 * beside the queue says. Where the program's calls are hooked, the flag is kept set:
 * then it calls each time, as it must be ready to, and each submission is seen.
 */
#ifndef PRELOAD_URING_WAKE_H
#define PRELOAD_URING_WAKE_H

#include "uring/uring.h"

/* Sets the flag. The caller has taken the ring. */
void wake_keep(struct uring *ring);

/* After a call on the ring, where nothing had been submitted for a while: its
 * thread may have slept, and takes the flag back when it wakes. Waits for that,
 * not for long; returns whether it came. The caller has not taken the ring. */
bool wake_await(const struct uring *ring);

/* After a call on a ring of one completion: the next would take its place, and may
 * come before the program calls again. Waits for it, not for long. */
void wake_await_single(const struct uring *ring);

/* Whether the thread of a ring that was last looked at then may sleep now. */
bool wake_may_sleep(const struct uring *ring, uint64_t now);

#endif
