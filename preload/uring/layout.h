/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a ring's counters and entries lie in its mapped memory: as the kernel
 * told the program, as liburing remembers it, or, for a ring that was set up
 * out of sight, as in a ring that the library sets up for itself for a moment.
 */
#ifndef PRELOAD_URING_LAYOUT_H
#define PRELOAD_URING_LAYOUT_H

#include "base/foreign.h"
#include "uring/uring.h"

struct uring_layout layout_of_parameters(const struct io_uring_params *parameters);
struct uring_layout layout_of_liburing(const struct io_uring *ring);

/* Of a ring that was set up out of sight. It may lack the array that the layout
 * has. Returns false if the ring can't be read. */
bool layout_guess(int fd, struct uring_layout *layout);

/* Whether submission n lies in slot n modulo the entries: liburing's way. `sq`
 * is the mapped queue. */
bool layout_is_identity(const struct uring_layout *layout, const char *sq);

/* Where the array lies, if there is one, whether or not the kernel said so. */
uint32_t layout_array(const struct uring_layout *layout);

static inline size_t layout_cqe_bytes(const struct uring_layout *layout)
{
	return layout->flags & IORING_SETUP_CQE32 ? 32 : 16;
}

static inline size_t layout_sqe_bytes(const struct uring_layout *layout)
{
	return layout->flags & IORING_SETUP_SQE128 ? 128 : 64;
}

#endif
