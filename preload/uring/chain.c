/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/chain.h"

#include <errno.h>

#include "uring/operation.h"

#define CHAIN_LEAST 64 /* entries of a ring for which there is room at once */

/* What such an operation returns when it did all that it was to do. */
static bool chain_is_plain(const struct io_uring_sqe *entry, const struct operation *operation)
{
	bool linked = entry->flags & IOSQE_IO_LINK && !(entry->flags & IOSQE_IO_HARDLINK);
	bool anywhere = operation->opens && (!operation->slot || operation->slot == ~0u);
	return linked && !anywhere && !(entry->flags & IOSQE_BUFFER_SELECT) && operation->certain &&
	       operation->flight.call != AIOT_CALL_uring_other;
}

bool chain_keep(struct uring *ring, const struct io_uring_sqe *entry,
                const struct operation *operation)
{
	struct operation *other = pending_find(&ring->pending, operation->user_data, true);
	if (other)
		other->doubted = true;
	if (!chain_is_plain(entry, operation))
		return false;
	if (!ring->quiet.slots)
		pending_make(&ring->quiet, CHAIN_LEAST);
	return pending_add(&ring->quiet, operation);
}

static struct operation *chain_numbered(struct pending *pending, uint32_t number)
{
	for (uint32_t i = 0; pending->count && i <= pending->mask; i++)
		if (pending->slots[i].used && pending->slots[i].number == number)
			return &pending->slots[i];
	return NULL;
}

bool chain_may_fail(struct uring *ring, uint64_t user_data)
{
	return (ring->silent && ring->silent_data == user_data) ||
	       (ring->quiet.count && pending_find(&ring->quiet, user_data, false));
}

static int64_t chain_result(const struct operation *operation)
{
	return operation_moves(operation->opcode) ? (int64_t)operation->flight.size : 0;
}

bool chain_is_success(const struct operation *operation, int result)
{
	return result == chain_result(operation);
}

uint32_t chain_give_way(struct uring *ring, uint64_t user_data)
{
	uint32_t gone = 0;
	struct operation *one;
	while (ring->quiet.count && (one = pending_find(&ring->quiet, user_data, false))) {
		pending_remove(&ring->quiet, one);
		gone++;
	}
	return gone;
}

/* When it ended is not known, but not after `end`. */
static void chain_tell(struct uring *ring, struct pending *pending, struct operation *operation,
                       int64_t result, uint64_t end)
{
	end = end > operation->flight.start ? end : operation->flight.start;
	operation_completed(ring, operation, (int)result, end, true);
	pending_remove(pending, operation);
	ring->told++;
}

/* The oldest first, as they happened. */
void chain_began(struct uring *ring, uint32_t number, uint64_t end)
{
	uint32_t first = number;
	while (ring->quiet.count && chain_numbered(&ring->quiet, first - 1))
		first--;
	for (; first != number; first++) {
		struct operation *one = chain_numbered(&ring->quiet, first);
		chain_tell(ring, &ring->quiet, one, chain_result(one), end);
	}
}

/* What is linked behind submission `number`. */
static void chain_cancelled(struct uring *ring, uint32_t number, uint64_t end)
{
	for (bool linked = true; linked;) {
		struct pending *in = &ring->quiet;
		struct operation *next = chain_numbered(in, ++number);
		if (!next)
			next = chain_numbered(in = &ring->pending, number);
		linked = next && next->linked;
		if (next)
			chain_tell(ring, in, next, -ECANCELED, end);
	}
}

bool chain_failed(struct uring *ring, uint64_t user_data, int result, uint64_t end, uint32_t *lost)
{
	struct operation *one =
	        ring->quiet.count ? pending_find(&ring->quiet, user_data, false) : NULL;
	*lost = 0;
	if (!one)
		return false;
	if (one != pending_find(&ring->quiet, user_data, true)) {
		*lost = chain_give_way(ring, user_data);
		return true;
	}
	uint32_t number = one->number;
	chain_began(ring, number, end);
	chain_tell(ring, &ring->quiet, one, result, end);
	chain_cancelled(ring, number, end);
	return true;
}
