/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/ring.h"

#include <errno.h>
#include <stdlib.h>

#include <liburing.h>

#include "base/memory.h"
#include "replay/direct.h"
#include "replay/link.h"

#define RING_FREE     UINT32_MAX
#define RING_TOGETHER 8u

struct ring {
	struct io_uring io;
	unsigned busy, depth;
	uint32_t *slots; /* numbers of operations under way */
	uint32_t *free;  /* slots that are free: depth - busy of them */
	bool broken;     /* the kernel takes nothing any more */
	bool links;      /* operations may be linked to one another */
};

/* Interrupting the thread for each operation that ends costs more than it gains
 * where the thread has nothing else to wait for. Kernels before 6.1 can't do without. */
static int ring_init(struct ring *ring, unsigned entries, bool idle)
{
	unsigned flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
	int status = idle ? io_uring_queue_init(entries, &ring->io, flags) : -EINVAL;

	return status == -EINVAL ? io_uring_queue_init(entries, &ring->io, 0) : status;
}

struct ring *ring_new(unsigned depth, bool idle, bool links)
{
	struct ring *ring = memory_get(1, sizeof *ring);
	unsigned entries = 1;
	int status;

	while (entries < depth && entries < 4096)
		entries *= 2;
	status = ring_init(ring, entries, idle);
	if (status) {
		free(ring);
		errno = -status;
		return NULL;
	}
	ring->depth = entries;
	ring->links = links;
	ring->slots = memory_get(entries, sizeof *ring->slots);
	ring->free = memory_get(entries, sizeof *ring->free);
	for (unsigned i = 0; i < entries; i++) {
		ring->slots[i] = RING_FREE;
		ring->free[i] = entries - 1 - i;
	}
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	io_uring_queue_exit(&ring->io);
	free(ring->slots);
	free(ring->free);
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

/* The number of iovecs, which must stay until it is submitted. */
static int ring_prepare(struct io_uring_sqe *sqe, struct worker *w, const struct op *op)
{
	int fd = w->files[op->object].fd, pieces;
	/* -1: from the position, which such an operation moves. */
	uint64_t at = op->kind == OP_READ || op->kind == OP_WRITE || op->kind == OP_READV ||
	                              op->kind == OP_WRITEV
	                      ? (uint64_t)-1
	                      : op->offset;

	if (op->kind == OP_FSYNC || op->kind == OP_FDATASYNC) {
		io_uring_prep_fsync(sqe, fd, op->kind == OP_FSYNC ? 0 : IORING_FSYNC_DATASYNC);
		return 0;
	}
	pieces = perform_pieces(w, op);
	if (op_needs(op->kind) == 'w')
		pieces == 1 ? io_uring_prep_write(sqe, fd, w->pieces[0].iov_base, op->size, at)
		            : io_uring_prep_writev(sqe, fd, w->pieces, (unsigned)pieces, at);
	else
		pieces == 1 ? io_uring_prep_read(sqe, fd, w->pieces[0].iov_base, op->size, at)
		            : io_uring_prep_readv(sqe, fd, w->pieces, (unsigned)pieces, at);
	sqe->rw_flags = op_flags(op->kind);
	return pieces;
}

static void ring_end(struct ring *ring, struct worker *w, unsigned slot, int result)
{
	uint32_t op = ring->slots[slot];

	if (result == -EOPNOTSUPP && op_flags(w->lane->ops[op].kind))
		result = (int)perform(w, &w->lane->ops[op]); /* which does without */
	w->last_ns = pace_now();
	ring->slots[slot] = RING_FREE;
	ring->busy--;
	ring->free[ring->depth - ring->busy - 1] = slot;
	worker_ended(w, op, w->last_ns, result);
}

static void ring_take(struct ring *ring, struct worker *w, struct io_uring_cqe *cqe)
{
	ring_end(ring, w, (unsigned)io_uring_cqe_get_data64(cqe), cqe->res);
	io_uring_cqe_seen(&ring->io, cqe);
}

/* What the kernel does not take has failed: the newest ones. */
static void ring_break(struct ring *ring, struct worker *w, int error)
{
	ring->broken = true;
	for (unsigned left = io_uring_sq_ready(&ring->io); left; left--) {
		unsigned newest = 0;
		for (unsigned i = 1; i < ring->depth; i++)
			if (ring->slots[newest] == RING_FREE ||
			    (ring->slots[i] != RING_FREE && ring->slots[i] > ring->slots[newest]))
				newest = i;
		ring_end(ring, w, newest, error);
	}
}

/* Gives the kernel what it does not have yet; with wait, until one has ended. */
static void ring_submit(struct ring *ring, struct worker *w, bool wait)
{
	struct io_uring_cqe *cqe;

	while (!ring->broken && io_uring_sq_ready(&ring->io)) {
		int n = io_uring_submit_and_wait(&ring->io, wait ? 1 : 0);
		if (n > 0 || n == -EINTR)
			continue;
		if (ring->busy > io_uring_sq_ready(&ring->io) &&
		    !io_uring_wait_cqe(&ring->io, &cqe))
			ring_take(ring, w, cqe);
		else
			ring_break(ring, w, n ? n : -EAGAIN);
	}
}

static bool ring_holds(const struct ring *ring, const struct worker *w, uint32_t op)
{
	for (unsigned i = 0; ring->busy && i < ring->depth; i++)
		if (ring->slots[i] != RING_FREE &&
		    link_holds(w->run->plan, &w->lane->ops[ring->slots[i]], &w->lane->ops[op]))
			return true;
	return false;
}

bool ring_begin(struct ring *ring, struct worker *w, uint32_t op, bool more)
{
	const struct open_file *file = &w->files[w->lane->ops[op].object];
	struct io_uring_sqe *sqe = NULL;
	unsigned slot;

	while (ring->busy >= ring->depth || (ring->links && ring_holds(ring, w, op)))
		ring_reap(ring, w, true, UINT64_MAX);
	if (!ring->broken && file->fd >= 0 && direct_fits(file, &w->lane->ops[op]))
		sqe = io_uring_get_sqe(&ring->io);
	if (!sqe)
		return false;
	slot = ring->free[ring->depth - ring->busy - 1];
	ring->slots[slot] = op;
	ring->busy++;
	/* A device begins with the first one while the next is got ready: it gets
	 * them one by one, and what the page cache may answer a few at a time. */
	more &= ring_prepare(sqe, w, &w->lane->ops[op]) <= 1 && !file->block &&
	        io_uring_sq_ready(&ring->io) < RING_TOGETHER;
	io_uring_sqe_set_data64(sqe, slot);
	/* What the thread waits for at once goes along with the waiting: one call less. */
	if (!more && w->lane->ops[op].bits & OP_ASYNC)
		ring_submit(ring, w, 0);
	return true;
}

/* For an operation to end, but not beyond the time; what is kept goes along. */
static void ring_wait(struct ring *ring, struct worker *w, uint64_t until_ns)
{
	uint64_t now = pace_now(), left = until_ns > now ? until_ns - now : 0;
	struct __kernel_timespec t = {(long long)(left / 1000000000u),
	                              (long long)(left % 1000000000u)};
	struct io_uring_cqe *cqe;

	io_uring_submit_and_wait_timeout(&ring->io, &cqe, 1, &t, NULL);
	ring_submit(ring, w, false);
}

void ring_reap(struct ring *ring, struct worker *w, bool wait, uint64_t until_ns)
{
	struct io_uring_cqe *cqe;

	if (wait && ring->busy && until_ns != UINT64_MAX && !ring->broken)
		ring_wait(ring, w, until_ns);
	else
		ring_submit(ring, w, wait);
	if (wait && ring->busy && until_ns == UINT64_MAX && !io_uring_wait_cqe(&ring->io, &cqe))
		ring_take(ring, w, cqe);
	while (ring->busy && !io_uring_peek_cqe(&ring->io, &cqe))
		ring_take(ring, w, cqe);
}
