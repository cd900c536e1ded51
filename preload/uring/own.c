/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/own.h"

#include <sys/uio.h>

#include "base/sys.h"
#include "thread.h"
#include "uring/layout.h"

#define OWN_PARTS 64 /* that are copied at once */

struct own_list {
	struct iovec here[OWN_PARTS], there[OWN_PARTS];
	uint32_t count;
	bool good;
};

static void own_copy(struct own_list *list)
{
	size_t bytes = 0;
	for (uint32_t i = 0; i < list->count; i++)
		bytes += list->here[i].iov_len;
	list->good &= !list->count || SYS6(process_vm_readv, thread_id(), list->here, list->count,
	                                   list->there, list->count, 0) == (long)bytes;
	list->count = 0;
}

static void own_add(struct own_list *list, char *to, uintptr_t from, size_t bytes)
{
	struct iovec *last = list->count ? &list->here[list->count - 1] : NULL;
	if (last && (char *)last->iov_base + last->iov_len == to &&
	    (uintptr_t)list->there[list->count - 1].iov_base + last->iov_len == from) {
		list->there[list->count - 1].iov_len = last->iov_len += bytes;
		return;
	}
	if (list->count == OWN_PARTS)
		own_copy(list);
	list->here[list->count] = (struct iovec){to, bytes};
	list->there[list->count++] = (struct iovec){(void *)from, bytes};
}

/* Both counters of entries say what they said at first, as long as the memory is
 * the ring's. */
static bool own_is_ring(const struct uring_layout *at, const char *counters)
{
	return uring_load(counters, at->sq_room) == at->sq_entries &&
	       uring_load(counters, at->cq_room) == at->cq_entries;
}

/* The counters come first in the queues. */
static bool own_copy_counters(struct uring *ring)
{
	const struct uring_layout *at = &ring->layout;
	char counters[4096] __attribute__((aligned(8)));
	struct own_list list;
	list.count = 0;
	list.good = true;
	own_add(&list, counters, at->queues, at->cqes);
	own_copy(&list);
	if (!list.good || !own_is_ring(at, counters))
		return false;
	memcpy(ring->sq, counters, at->cqes);
	memcpy(ring->cq, counters, at->cqes);
	return true;
}

static void own_add_completions(struct uring *ring, struct own_list *list)
{
	const struct uring_layout *at = &ring->layout;
	size_t bytes = layout_cqe_bytes(at);
	uint32_t tail = uring_load(ring->cq, at->cq_tail), first = ring->cq_seen;
	if (tail - first > at->cq_entries)
		first = tail - at->cq_entries;
	for (; first != tail; first++) {
		size_t place = at->cqes + (first & (at->cq_entries - 1)) * bytes;
		own_add(list, ring->cq + place, at->queues + place, bytes);
	}
}

/* Which submissions are new. */
static uint32_t own_first(const struct uring *ring, uint32_t tail)
{
	uint32_t most = ring->layout.sq_entries;
	return tail - ring->sq_seen > most ? tail - most : ring->sq_seen;
}

static void own_add_slots(struct uring *ring, struct own_list *list)
{
	const struct uring_layout *at = &ring->layout;
	uint32_t tail = uring_load(ring->sq, at->sq_tail);
	for (uint32_t i = own_first(ring, tail); at->sq_array && i != tail; i++) {
		size_t place = at->sq_array + 4 * (size_t)(i & (at->sq_entries - 1));
		own_add(list, ring->sq + place, at->queues + place, 4);
	}
}

static void own_add_submissions(struct uring *ring, struct own_list *list)
{
	const struct uring_layout *at = &ring->layout;
	size_t bytes = layout_sqe_bytes(at);
	uint32_t tail = uring_load(ring->sq, at->sq_tail);
	for (uint32_t i = own_first(ring, tail); i != tail; i++) {
		uint32_t slot = i & (at->sq_entries - 1);
		if (at->sq_array)
			slot = uring_load(ring->sq, at->sq_array + 4 * slot);
		if (slot < at->sq_entries)
			own_add(list, ring->sqes + slot * bytes, at->sqes + slot * bytes, bytes);
	}
}

bool own_make(struct uring *ring)
{
	if (!ring->layout.queues || !ring->layout.sqes || ring->layout.cqes > 4096)
		return false;
	ring->sq = sys_map(ring->sq_bytes, 0);
	ring->cq = sys_map(ring->cq_bytes, 0);
	ring->sqes = sys_map(ring->sqes_bytes, 0);
	return ring->sq && ring->cq && ring->sqes && own_copy_counters(ring);
}

static void own_renew_all(struct uring *ring)
{
	struct own_list list;
	list.count = 0;
	list.good = true;
	if (!own_copy_counters(ring))
		return;
	own_add_completions(ring, &list);
	own_add_slots(ring, &list);
	own_copy(&list);
	own_add_submissions(ring, &list);
	own_copy(&list);
}

void own_renew(struct uring *ring)
{
	if (ring->layout.queues)
		own_renew_all(ring);
}

void own_confirm(struct uring *ring)
{
	if (!ring->layout.queues)
		return;
	uint32_t tail = uring_load(ring->sq, ring->layout.sq_tail);
	own_copy_counters(ring);
	memcpy(ring->sq + ring->layout.sq_tail, &tail, sizeof tail);
}
