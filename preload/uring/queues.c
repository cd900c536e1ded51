/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/queues.h"

#include <sys/mman.h>

#include "base/sys.h"
#include "uring/layout.h"
#include "uring/own.h"

static char *queues_map_part(int fd, uint64_t offset, size_t bytes, int protection)
{
	long address = SYS6(mmap, 0, bytes, protection, MAP_SHARED, fd, offset);
	if (address < 0 && address > -4096)
		return NULL;
	SYS3(madvise, address, bytes, MADV_DONTFORK);
	return (char *)address;
}

void queues_unmap(struct uring *ring)
{
	if (ring->sq)
		sys_unmap(ring->sq, ring->sq_bytes);
	if (ring->cq)
		sys_unmap(ring->cq, ring->cq_bytes);
	if (ring->sqes)
		sys_unmap(ring->sqes, ring->sqes_bytes);
	ring->sq = ring->cq = ring->sqes = NULL;
}

bool queues_map(struct uring *ring, int fd)
{
	const struct uring_layout *at = &ring->layout;
	size_t after_tail = (at->sq_head > at->sq_tail ? at->sq_head : at->sq_tail) + 4;
	ring->sq_bytes = at->sq_array ? at->sq_array + 4 * (size_t)at->sq_entries : after_tail;
	ring->cq_bytes = at->cqes + layout_cqe_bytes(at) * (size_t)at->cq_entries;
	ring->sqes_bytes = layout_sqe_bytes(at) * (size_t)at->sq_entries;
	if (at->flags & URING_SETUP_NO_MMAP) {
		ring->sq_bytes = at->sq_array ? ring->sq_bytes : at->cqes;
		if (own_make(ring))
			return true;
		queues_unmap(ring);
		return false;
	}
	int protection = PROT_READ | (ring->wakes ? PROT_WRITE : 0);
	ring->sq = queues_map_part(fd, IORING_OFF_SQ_RING, ring->sq_bytes, protection);
	ring->cq = queues_map_part(fd, IORING_OFF_CQ_RING, ring->cq_bytes, PROT_READ);
	ring->sqes = queues_map_part(fd, IORING_OFF_SQES, ring->sqes_bytes, PROT_READ);
	if (ring->sq && ring->cq && ring->sqes)
		return true;
	queues_unmap(ring);
	return false;
}
