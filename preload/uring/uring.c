/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/uring.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "clock.h"
#include "sys.h"
#include "thread.h"
#include "uring/fixed.h"
#include "uring/layout.h"
#include "uring/look.h"
#include "uring/poller.h"

/* How often a ring that another thread looks at is asked for again. */
#define URING_PATIENCE 1000000

struct uring_table {
	struct uring rings[URINGS];
	uint32_t words[2];
};

uint32_t uring_any;
static struct uring_table *uring_table; /* wiped by fork */

static struct uring_table *uring_table_made(void)
{
	struct uring_table *table = __atomic_load_n(&uring_table, __ATOMIC_ACQUIRE), *none = NULL;
	if (table)
		return table;
	table = sys_map(sizeof *table, 1);
	if (table && !__atomic_compare_exchange_n(&uring_table, &none, table, 0, __ATOMIC_ACQ_REL,
	                                          __ATOMIC_ACQUIRE)) {
		sys_unmap(table, sizeof *table);
		table = none;
	}
	return table;
}

uint32_t *uring_words(void)
{
	struct uring_table *table = uring_table_made();
	return table ? table->words : NULL;
}

static bool uring_is(const struct uring *ring, enum uring_state state)
{
	return __atomic_load_n(&ring->state, __ATOMIC_ACQUIRE) == (uint32_t)state;
}

void uring_each(void (*visit)(struct uring *ring, uint64_t argument), uint64_t argument)
{
	struct uring_table *table = __atomic_load_n(&uring_table, __ATOMIC_ACQUIRE);
	for (int i = 0; uring_any && table && i < URINGS; i++)
		if (uring_is(&table->rings[i], URING_READY))
			visit(&table->rings[i], argument);
}

struct uring *uring_of(int fd)
{
	struct uring_table *table = __atomic_load_n(&uring_table, __ATOMIC_ACQUIRE);
	for (int i = 0; uring_any && table && i < URINGS; i++)
		if (table->rings[i].fd == fd && uring_is(&table->rings[i], URING_READY))
			return &table->rings[i];
	return NULL;
}

bool uring_take(struct uring *ring, bool wait)
{
	uint32_t self = thread_id();
	for (int i = 0; i < URING_PATIENCE; i++) {
		uint32_t holder = 0;
		if (__atomic_compare_exchange_n(&ring->lock, &holder, self, 0, __ATOMIC_ACQUIRE,
		                                __ATOMIC_RELAXED)) {
			if (uring_is(ring, URING_READY))
				return true;
			uring_give(ring);
			return false;
		}
		/* A signal handler's call inside a look. */
		if (!wait || holder == self)
			return false;
		SYS0(sched_yield);
	}
	return false;
}

void uring_give(struct uring *ring)
{
	__atomic_store_n(&ring->lock, 0, __ATOMIC_RELEASE);
}

/* Each ring has an inode of its own, from kernel 5.16 on. */
static uint64_t uring_inode(int fd)
{
	struct stat about;
	return SYS2(fstat, fd, &about) < 0 ? 0 : about.st_ino;
}

bool uring_is_open(const struct uring *ring)
{
	return uring_inode(ring->fd) == ring->inode;
}

static char *uring_map_part(int fd, uint64_t offset, size_t bytes)
{
	long address = SYS6(mmap, 0, bytes, PROT_READ, MAP_SHARED, fd, offset);
	if (address < 0 && address > -4096)
		return NULL;
	SYS3(madvise, address, bytes, MADV_DONTFORK);
	return (char *)address;
}

static void uring_unmap(struct uring *ring)
{
	if (ring->sq)
		sys_unmap(ring->sq, ring->sq_bytes);
	if (ring->cq)
		sys_unmap(ring->cq, ring->cq_bytes);
	if (ring->sqes)
		sys_unmap(ring->sqes, ring->sqes_bytes);
	ring->sq = ring->cq = ring->sqes = NULL;
}

static bool uring_map(struct uring *ring)
{
	const struct uring_layout *at = &ring->layout;
	size_t after_tail = (at->sq_head > at->sq_tail ? at->sq_head : at->sq_tail) + 4;
	ring->sq_bytes = at->sq_array ? at->sq_array + 4 * (size_t)at->sq_entries : after_tail;
	ring->cq_bytes = at->cqes + layout_cqe_bytes(at) * (size_t)at->cq_entries;
	ring->sqes_bytes = layout_sqe_bytes(at) * (size_t)at->sq_entries;
	ring->sq = uring_map_part(ring->fd, IORING_OFF_SQ_RING, ring->sq_bytes);
	ring->cq = uring_map_part(ring->fd, IORING_OFF_CQ_RING, ring->cq_bytes);
	ring->sqes = uring_map_part(ring->fd, IORING_OFF_SQES, ring->sqes_bytes);
	if (ring->sq && ring->cq && ring->sqes)
		return true;
	uring_unmap(ring);
	return false;
}

static struct uring *uring_claim(void)
{
	struct uring_table *table = uring_table_made();
	for (int i = 0; table && i < URINGS; i++) {
		uint32_t unused = URING_FREE;
		if (__atomic_compare_exchange_n(&table->rings[i].state, &unused, URING_MAKING, 0,
		                                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return &table->rings[i];
	}
	return NULL;
}

/* Rings that were known, here or in the process that forked this one. */
static struct {
	uint64_t inode;
	uint16_t generation;
} uring_history[URINGS];

static bool uring_is_inherited(uint64_t inode)
{
	static uint32_t next;
	for (int i = 0; i < URINGS; i++)
		if (uring_history[i].inode == inode &&
		    uring_history[i].generation != state_generation)
			return true;
	uint32_t i = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % URINGS;
	uring_history[i].inode = inode;
	uring_history[i].generation = state_generation;
	return false;
}

/* The counters of a new ring begin at 0, so that what was done before it was
 * found is counted. A forked child that finds its parent's begins where it is. */
static void uring_start(struct uring *ring)
{
	const struct uring_layout *at = &ring->layout;
	bool inherited = uring_is_inherited(ring->inode);
	ring->sq_seen = inherited ? uring_load(ring->sq, at->sq_tail) : 0;
	ring->cq_seen = inherited ? uring_load(ring->cq, at->cq_tail) : 0;
	ring->sq_told = uring_load(ring->sq, at->sq_head);
	ring->identity = layout_is_identity(at, ring->sq);
	ring->looked = clock_ticks();
	pending_make(&ring->pending, at->cq_entries);
}

void uring_opened(int fd, const struct uring_layout *layout, bool hidden)
{
	uint64_t inode = uring_inode(fd);
	struct uring *known = uring_of(fd);
	if (known && known->inode == inode)
		return;
	if (known)
		uring_closed(fd);
	struct uring *ring = uring_claim();
	if (!ring)
		return;
	ring->fd = fd;
	ring->inode = inode;
	ring->hidden = hidden;
	if ((layout ? (ring->layout = *layout, true) : layout_guess(fd, &ring->layout)) &&
	    uring_map(ring)) {
		uring_start(ring);
		__atomic_store_n(&uring_any, 1, __ATOMIC_RELEASE);
		__atomic_store_n(&ring->state, URING_READY, __ATOMIC_RELEASE);
		return;
	}
	__atomic_store_n(&ring->state, URING_FREE, __ATOMIC_RELEASE);
}

void uring_found(int fd)
{
	uring_opened(fd, NULL, true);
	struct uring *ring = uring_of(fd);
	if (ring && ring->hidden)
		poller_need();
}

void uring_closed(int fd)
{
	struct uring *ring = uring_of(fd);
	if (!ring || !uring_take(ring, true))
		return;
	look_last(ring);
	uring_unmap(ring);
	pending_free(&ring->pending);
	fixed_forget(ring);
	__atomic_store_n(&ring->state, URING_FREE, __ATOMIC_RELEASE);
	uring_give(ring);
}
