/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/uring.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "peek.h"
#include "base/room.h"
#include "base/sys.h"
#include "config.h"
#include "file/path.h"
#include "thread.h"
#include "uring/fixed.h"
#include "uring/layout.h"
#include "uring/look.h"
#include "uring/own.h"
#include "uring/poller.h"
#include "uring/queues.h"
#include "uring/site.h"
#include "uring/wake.h"

#define URING_COPY 200

/* How often a ring that another thread looks at is asked for again. */
#define URING_PATIENCE 1000000

struct uring_table {
	struct uring rings[URINGS];
	uint32_t words[URING_WORDS];
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

/* What anonymous files share that have no inode of their own. */
static uint64_t uring_shared_inode(void)
{
	static uint64_t shared;
	struct stat about = {0};
	int fd = shared ? -1 : (int)SYS2(eventfd2, 0, O_CLOEXEC);
	if (fd >= 0) {
		shared = SYS2(fstat, fd, &about) < 0 ? 0 : about.st_ino;
		sys_close(fd);
	}
	return shared;
}

/* Each ring has an inode of its own from kernel 5.16 on; before, 0. */
static uint64_t uring_inode(int fd)
{
	struct stat about = {0};
	uint64_t inode = SYS2(fstat, fd, &about) < 0 ? UINT64_MAX : about.st_ino;
	return inode == uring_shared_inode() ? 0 : inode;
}

static bool uring_is_open(const struct uring *ring)
{
	return ring->fd < 0 || uring_inode(ring->fd) == ring->inode;
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

/* A descriptor's number may be another file's by the time it is used. */
static bool uring_is_ring(int fd)
{
	ROOM(name);
	return path_of_fd(fd, name) && uring_is_name(name);
}

/* Rings that were known, here or in the process that forked this one; those of
 * another generation than this process's are not, or no longer, its own. */
static struct {
	uint64_t inode;
	uint16_t generation;
} uring_history[URINGS];

static uint32_t uring_remembered;

static void uring_remember(uint64_t inode, uint16_t generation)
{
	uint32_t i = __atomic_fetch_add(&uring_remembered, 1, __ATOMIC_RELAXED) % URINGS;
	uring_history[i].inode = inode;
	uring_history[i].generation = generation;
}

static bool uring_is_foreign(uint64_t inode)
{
	for (int i = 0; i < URINGS; i++)
		if (uring_history[i].inode == inode &&
		    uring_history[i].generation != state_generation)
			return true;
	uring_remember(inode, state_generation);
	return false;
}

void uring_forked(void)
{
	for (int fd = 0; uring_remembered && fd < URINGS; fd++)
		if (uring_is_ring(fd))
			uring_remember(uring_inode(fd), 0);
}

/* The counters of a new ring begin at 0, so that what was done before it was
 * found is counted. */
static void uring_start(struct uring *ring)
{
	const struct uring_layout *at = &ring->layout;
	ring->sq_seen = ring->cq_seen = ring->doubt = 0;
	ring->told = ring->lost = ring->silent = 0;
	ring->over = ring->shares = false;
	ring->entering = 0;
	ring->sq_told = uring_load(ring->sq, at->sq_head);
	ring->identity = layout_is_identity(at, ring->sq);
	ring->looked = clock_ticks();
	ring->opened = 0;
	ring->closings = fd_closings - (uring_load(ring->sq, at->sq_tail) != 0);
	pending_make(&ring->pending, at->cq_entries);
}

/* A layout that was guessed may have an array that is not there. */
static bool uring_has_array(const struct uring *ring)
{
	const struct uring_layout *at = &ring->layout;
	uint32_t last = at->sq_array + 4 * (at->sq_entries - 1), value;
	return at->sq_array && peek(&value, ring->sq + last, sizeof value);
}

/* `fd` is a copy of the ring's descriptor that no other thread closes. */
static bool uring_fill(struct uring *ring, int fd, const struct uring_layout *layout,
                       enum uring_shown shown)
{
	if (fd >= 0 && uring_inode(fd) != ring->inode)
		return false;
	if (layout)
		ring->layout = *layout;
	else if (!layout_guess(fd, &ring->layout))
		return false;
	/* Who makes a ring by a call may well enter it by calls. */
	bool calls = shown == URING_BY_NOTHING && layout && config.poll;
	ring->wakes = (ring->sited || calls) && ring->layout.flags & IORING_SETUP_SQPOLL &&
	              ring->layout.sq_flags && !ring->layout.queues;
	if (!queues_map(ring, fd))
		return false;
	if (!layout && !uring_has_array(ring))
		ring->layout.sq_array = 0;
	return true;
}

/* Far from the low numbers, which a program counts on. */
static int uring_copy(int fd)
{
	long copy = SYS3(fcntl, fd, F_DUPFD_CLOEXEC, URING_COPY);
	return (int)(copy < 0 ? SYS3(fcntl, fd, F_DUPFD_CLOEXEC, 0) : copy);
}

/* A ring that the parent process made goes on being its own: what is done with
 * it is seen there. */
static void uring_add(int fd, uint64_t inode, const struct uring_layout *layout,
                      enum uring_shown shown)
{
	struct uring *ring = uring_is_foreign(inode) ? NULL : uring_claim();
	if (!ring)
		return;
	ring->fd = fd;
	ring->inode = inode;
	ring->sited = shown == URING_BY_SITES;
	int copy = fd < 0 ? fd : uring_copy(fd);
	bool is = fd < 0 || (copy >= 0 && uring_is_ring(copy));
	bool filled = is && uring_fill(ring, copy, layout, shown);
	if (copy >= 0)
		sys_close(copy);
	if (filled) {
		bool polls = ring->layout.flags & IORING_SETUP_SQPOLL;
		ring->hidden = shown == URING_BY_NOTHING || (ring->sited && polls && !ring->wakes);
		uring_start(ring);
		wake_keep(ring);
		__atomic_store_n(&uring_any, 1, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&ring->state, filled ? URING_READY : URING_FREE, __ATOMIC_RELEASE);
}

/* Whoever made the ring and whoever finds it may come at the same time. */
static bool uring_begin_adding(void)
{
	uint32_t *adding = &uring_words()[URING_WORD_ADDING], self = thread_id();
	for (int i = 0; i < URING_PATIENCE; i++) {
		uint32_t holder = 0;
		if (__atomic_compare_exchange_n(adding, &holder, self, 0, __ATOMIC_ACQUIRE,
		                                __ATOMIC_RELAXED))
			return true;
		if (holder == self)
			return false;
		SYS0(sched_yield);
	}
	return false;
}

/* Has a last look at a ring that was taken. Returns its inode. */
static uint64_t uring_dissolve(struct uring *ring)
{
	uint32_t busy = thread_self.busy;
	thread_self.busy = 0; /* the events are the program's */
	look_last(ring);
	thread_self.busy = busy;
	queues_unmap(ring);
	pending_free(&ring->pending);
	pending_free(&ring->quiet);
	fixed_forget(ring);
	uint64_t inode = ring->inode;
	__atomic_store_n(&ring->state, URING_FREE, __ATOMIC_RELEASE);
	uring_give(ring);
	return inode;
}

void uring_resized(struct uring *ring, const struct uring_layout *layout)
{
	struct uring fresh = *ring;
	fresh.layout = *layout;
	fresh.layout.flags = ring->layout.flags;
	fresh.layout.sq_array = ring->layout.sq_array ? layout_array(&fresh.layout) : 0;
	fresh.sq = fresh.cq = fresh.sqes = NULL;
	if (!queues_map(&fresh, ring->fd)) {
		ring->over = true;
		return;
	}
	queues_unmap(ring);
	*ring = fresh;
}

/* Returns the inode, 0 if it is no ring. */
static uint64_t uring_drop(int fd)
{
	struct uring *ring = uring_of(fd);
	if (!ring || !uring_take(ring, true))
		return 0;
	if (ring->fd == fd)
		return uring_dissolve(ring);
	uring_give(ring);
	return 0;
}

/* Whether the kernel took what no call of the program told of. */
static bool uring_is_missed(const struct uring *ring)
{
	return ring->sited && !ring->hidden && !ring->entering && !ring->wakes &&
	       uring_load(ring->sq, ring->layout.sq_head) != ring->sq_told;
}

void uring_check(struct uring *ring)
{
	if (!uring_take(ring, false))
		return;
	if (!uring_is_open(ring)) {
		uring_remember(uring_dissolve(ring), 0);
		return;
	}
	own_confirm(ring);
	bool missed = uring_is_missed(ring);
	wake_keep(ring);
	if (missed)
		__atomic_store_n(&ring->hidden, true, __ATOMIC_SEQ_CST);
	uring_give(ring);
	if (missed)
		poller_need();
}

int uring_number(void)
{
	static int number = -1;
	return __atomic_sub_fetch(&number, 1, __ATOMIC_RELAXED);
}

/* Which ring it is, is asked when no other thread adds one: the number may have
 * become another's since the caller came across it. */
void uring_opened(int fd, const struct uring_layout *layout, enum uring_shown shown)
{
	if (!uring_words() || !uring_begin_adding())
		return;
	uint64_t inode = fd < 0 ? (uint64_t)fd : uring_inode(fd);
	struct uring *known = uring_of(fd);
	if (known && (known->inode != inode || layout)) {
		uring_drop(fd);
		known = NULL;
	}
	if (!known)
		uring_add(fd, inode, layout, shown);
	__atomic_store_n(&uring_words()[URING_WORD_ADDING], 0, __ATOMIC_RELEASE);
}

void uring_found(int fd)
{
	struct uring *ring = uring_of(fd);
	if (!ring || !uring_is_open(ring)) {
		uring_opened(fd, NULL, site_hook_all() ? URING_BY_SITES : URING_BY_NOTHING);
		ring = uring_of(fd);
	}
	if (ring && ring->hidden)
		poller_need();
}

/* The descriptor is open a little longer: whoever comes across it is not to take
 * it for a new one. */
void uring_closed(int fd)
{
	uint64_t inode = uring_drop(fd);
	if (inode)
		uring_remember(inode, 0);
}
