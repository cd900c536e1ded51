/* SPDX-License-Identifier: Apache-2.0
 *
 * The library's own mapping of a ring's queues, or its copies where they lie in the
 * program's own memory (own.h). A forked child has neither.
 */
#ifndef PRELOAD_URING_QUEUES_H
#define PRELOAD_URING_QUEUES_H

#include "uring/uring.h"

/* Maps the queues of the ring behind `fd` as its layout says; the submission queue can be
 * written to where it is to wake. Returns false, with nothing mapped, if it can't be done. */
bool queues_map(struct uring *ring, int fd);
void queues_unmap(struct uring *ring);

#endif
