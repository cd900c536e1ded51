/* SPDX-License-Identifier: Apache-2.0
 *
 * Queues in the program's own memory (IORING_SETUP_NO_MMAP), which it may give back
 * or use for something else while the ring lives: what is new in them is copied,
 * through the kernel, and the copies are looked at. Under the ring's lock.
 */
#ifndef PRELOAD_URING_OWN_H
#define PRELOAD_URING_OWN_H

#include "uring/uring.h"

/* Room for the copies. Returns false if there is none, or no such queue. */
bool own_make(struct uring *ring);

/* Copies the counters, and entries that were not looked at, if the ring is of that
 * kind. Entries that come meanwhile wait for the next time. */
void own_renew(struct uring *ring);

/* Copies the counters again: they tell which entries can be believed. */
void own_confirm(struct uring *ring);

#endif
