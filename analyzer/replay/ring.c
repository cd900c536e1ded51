/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/ring.h"

#include <errno.h>
#include <stdlib.h>

#include <liburing.h>

#include "memory.h"

#define RING_FREE UINT32_MAX

struct ring {
	struct io_uring io;
	unsigned busy, depth;
	uint32_t *slots; /* numbers of operations under way */
};

struct ring *ring_new(unsigned depth)
{
	struct ring *ring = memory_get(1, sizeof *ring);
	unsigned entries = 1;
	int status;

	while (entries < depth && entries < 4096)
		entries *= 2;
	status = io_uring_queue_init(entries, &ring->io, 0);
	if (status) {
		free(ring);
		errno = -status;
		return NULL;
	}
	ring->depth = entries;
	ring->slots = memory_get(entries, sizeof *ring->slots);
	for (unsigned i = 0; i < entries; i++)
		ring->slots[i] = RING_FREE;
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	io_uring_queue_exit(&ring->io);
	free(ring->slots);
	free(ring);
}

unsigned ring_busy(const struct ring *ring)
{
	return ring->busy;
}

uint32_t ring_oldest(const struct ring *ring, uint32_t none)
{
	uint32_t oldest = none;

	for (unsigned i = 0; ring->busy && i < ring->depth; i++)
		if (ring->slots[i] < oldest)
			oldest = ring->slots[i];
	return oldest;
}

bool ring_has(const struct ring *ring, uint32_t op)
{
	for (unsigned i = 0; i < ring->depth; i++)
		if (ring->slots[i] == op)
			return true;
	return false;
}

static void ring_prepare(struct io_uring_sqe *sqe, struct worker *w, const struct op *op)
{
	int fd = w->files[op->object].fd, pieces;

	switch (op->kind) {
	case OP_FSYNC: io_uring_prep_fsync(sqe, fd, 0); return;
	case OP_FDATASYNC: io_uring_prep_fsync(sqe, fd, IORING_FSYNC_DATASYNC); return;
	default: break;
	}
	pieces = perform_pieces(w, op);
	/* -1: from the position, which such an operation moves. */
	uint64_t at = op->kind == OP_READ || op->kind == OP_WRITE || op->kind == OP_READV ||
	                              op->kind == OP_WRITEV
	                      ? (uint64_t)-1
	                      : op->offset;
	if (op_needs(op->kind) == 'w')
		pieces == 1 ? io_uring_prep_write(sqe, fd, w->buffer, op->size, at)
		            : io_uring_prep_writev(sqe, fd, w->pieces, (unsigned)pieces, at);
	else
		pieces == 1 ? io_uring_prep_read(sqe, fd, w->buffer, op->size, at)
		            : io_uring_prep_readv(sqe, fd, w->pieces, (unsigned)pieces, at);
}

static unsigned ring_slot(const struct ring *ring)
{
	unsigned i = 0;

	while (ring->slots[i] != RING_FREE)
		i++;
	return i;
}

bool ring_begin(struct ring *ring, struct worker *w, uint32_t op)
{
	struct io_uring_sqe *sqe;
	unsigned slot;

	while (ring->busy >= ring->depth)
		ring_reap(ring, w, true, UINT64_MAX);
	sqe = io_uring_get_sqe(&ring->io);
	if (!sqe || w->files[w->lane->ops[op].object].fd < 0)
		return false;
	slot = ring_slot(ring);
	ring_prepare(sqe, w, &w->lane->ops[op]);
	io_uring_sqe_set_data64(sqe, slot);
	ring->slots[slot] = op;
	ring->busy++;
	if (io_uring_submit(&ring->io) < 0) {
		ring->slots[slot] = RING_FREE;
		ring->busy--;
		return false;
	}
	return true;
}

static void ring_take(struct ring *ring, struct worker *w, struct io_uring_cqe *cqe)
{
	unsigned slot = (unsigned)io_uring_cqe_get_data64(cqe);
	uint32_t op = ring->slots[slot];

	w->last_ns = pace_now();
	ring->slots[slot] = RING_FREE;
	ring->busy--;
	worker_ended(w, op, w->last_ns, cqe->res);
	io_uring_cqe_seen(&ring->io, cqe);
}

void ring_reap(struct ring *ring, struct worker *w, bool wait, uint64_t until_ns)
{
	struct io_uring_cqe *cqe;

	if (wait && ring->busy && until_ns == UINT64_MAX) {
		if (!io_uring_wait_cqe(&ring->io, &cqe))
			ring_take(ring, w, cqe);
	} else if (wait && ring->busy) {
		uint64_t now = pace_now(), left = until_ns > now ? until_ns - now : 0;
		struct __kernel_timespec t = {(long long)(left / 1000000000u),
		                              (long long)(left % 1000000000u)};
		if (!io_uring_wait_cqe_timeout(&ring->io, &cqe, &t))
			ring_take(ring, w, cqe);
	}
	while (ring->busy && !io_uring_peek_cqe(&ring->io, &cqe))
		ring_take(ring, w, cqe);
}
