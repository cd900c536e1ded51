/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/look.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "event.h"
#include "trace/define.h"
#include "trace/loss.h"
#include "uring/chain.h"
#include "uring/layout.h"
#include "uring/match.h"
#include "uring/operation.h"
#include "uring/own.h"
#include "uring/wake.h"

#define LOOK_CQE_NOTIFICATION 8u /* IORING_CQE_F_NOTIF, in newer headers */

struct look {
	uint64_t start, end; /* ticks: of what it finds submitted and completed */
	uint64_t start_ns;   /* as the event of the call says it; 0 = none does */
	bool polled;         /* from outside */
	bool gap;            /* completions were missed */
};

#define LOOK_CHUNK 64 /* completions that are copied before they are believed */

static uint32_t look_sq_tail(const struct uring *ring)
{
	return uring_load(ring->sq, ring->layout.sq_tail);
}

/* Each operation is told of or lost once: the kernel's count of them is the
 * most that the two make together. */
static void look_lose(struct uring *ring, uint32_t count)
{
	int32_t most = (int32_t)(ring->sq_seen - ring->told - ring->lost);
	if (most <= 0 || !count)
		return;
	count = count < (uint32_t)most ? count : (uint32_t)most;
	ring->lost += count;
	loss_count(AIOT_LOSS_ASYNC, count);
}

/* A completion that belongs to no operation that is known. */
static void look_lose_one(struct uring *ring)
{
	if (ring->silent)
		ring->silent--;
	else
		look_lose(ring, 1);
}

/* From outside, a slot may be found while the program fills it anew. One that the
 * kernel has not taken is not filled yet; of the others, the completion tells:
 * a program that has not taken it has not filled the slot again. */
static bool look_is_certain(const struct uring *ring, const struct look *look, uint32_t number)
{
	uint32_t taken = uring_load(ring->sq, ring->layout.sq_head);
	return !look->polled || (ring->identity && (int32_t)(number - taken) >= 0);
}

static uint32_t look_slot(const struct uring *ring, uint32_t number)
{
	const struct uring_layout *at = &ring->layout;
	uint32_t slot = number & (at->sq_entries - 1);
	return at->sq_array && !ring->identity ? uring_load(ring->sq, at->sq_array + 4 * slot)
	                                       : slot;
}

/* Where the kernel takes entries without a call, a slot may have been filled again:
 * then a later entry names it. */
static bool look_is_overwritten(const struct uring *ring, uint32_t number)
{
	uint32_t tail = look_sq_tail(ring), slot = look_slot(ring, number);
	for (uint32_t later = number + 1; ring->wakes && later != tail; later++)
		if (look_slot(ring, later) == slot)
			return true;
	return false;
}

static bool look_read_entry(const struct uring *ring, uint32_t number, struct io_uring_sqe *entry)
{
	const struct uring_layout *at = &ring->layout;
	uint32_t slot = look_slot(ring, number);
	if (slot >= at->sq_entries || look_is_overwritten(ring, number))
		return false;
	memcpy(entry, ring->sqes + slot * layout_sqe_bytes(at), sizeof *entry);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return true;
}

static void look_note_quiet(void)
{
	static const char note[] = "io_uring: operations that ask for no completion "
	                           "(IOSQE_CQE_SKIP_SUCCESS) are among the lost";
	static uint16_t noted; /* in this generation of the process */
	if (__atomic_exchange_n(&noted, state_generation, __ATOMIC_RELAXED) == state_generation)
		return;
	thread_self.busy++;
	define_record(AIOT_DEFINE_NOTE, note, sizeof note - 1, NULL, 0);
	thread_self.busy--;
}

/* Of those that succeed without a completion, most are told of by nobody. */
static void look_keep_quiet(struct uring *ring, const struct io_uring_sqe *entry,
                            const struct operation *operation)
{
	if (chain_keep(ring, entry, operation))
		return;
	look_note_quiet();
	look_lose(ring, 1);
	ring->silent++;
	ring->silent_data = entry->user_data;
}

static void look_at_submission(struct uring *ring, const struct look *look, uint32_t number)
{
	struct io_uring_sqe entry;
	if (!look_read_entry(ring, number, &entry))
		return;
	uint32_t head = uring_load(ring->cq, ring->layout.cq_head);
	bool certain = look_is_certain(ring, look, number);
	struct operation operation = operation_of(ring, &entry);
	operation.flight.start = look->start;
	operation.flight.start_ns = look->start_ns;
	operation.number = number;
	operation.head = head;
	operation.certain = certain;
	operation.doubted = chain_may_fail(ring, entry.user_data);
	if (look->polled)
		match_bound_older(ring, &operation);
	else
		match_forget_overtaken(ring, entry.user_data, number);
	if (entry.flags & IOSQE_CQE_SKIP_SUCCESS)
		look_keep_quiet(ring, &entry, &operation);
	else if (!look->polled || !ring->shares)
		pending_add(&ring->pending, &operation);
	if (operation.closes)
		fd_closed(operation.flight.descriptor);
}

static bool look_is_uncertain(const struct operation *operation, uint32_t unused)
{
	(void)unused;
	return !operation->certain;
}

/* Where submissions were missed, a user_data that is known may have been used
 * again for one that is not. */
static uint32_t look_at_submissions(struct uring *ring, const struct look *look)
{
	uint32_t tail = look_sq_tail(ring), fresh = tail - ring->sq_seen;
	if (fresh > ring->layout.sq_entries) {
		pending_drop(&ring->pending, look_is_uncertain, 0);
		ring->sq_seen = tail - ring->layout.sq_entries;
	}
	for (; ring->sq_seen != tail; ring->sq_seen++)
		look_at_submission(ring, look, ring->sq_seen);
	return fresh;
}

static void look_at_completion(struct uring *ring, const struct look *look, uint32_t number,
                               const struct io_uring_cqe *entry)
{
	struct operation *found = match_of(ring, number, entry->user_data);
	uint32_t lost;
	if (found && found->doubted && !chain_is_success(found, entry->res)) {
		pending_remove(&ring->pending, found);
		look_lose(ring, 1 + chain_give_way(ring, entry->user_data));
		return;
	}
	if (!found && chain_failed(ring, entry->user_data, entry->res, look->end, &lost)) {
		look_lose(ring, lost);
		return;
	}
	if (!found) {
		look_lose_one(ring);
		return;
	}
	if (entry->res != -ECANCELED)
		chain_began(ring, found->number, look->end);
	uint64_t end = look->end > found->flight.start ? look->end : clock_ticks();
	if (!(entry->flags & LOOK_CQE_NOTIFICATION))
		operation_completed(ring, found, entry->res, end, look->polled);
	if (entry->flags & IORING_CQE_F_MORE)
		return;
	ring->told++;
	pending_remove(&ring->pending, found);
}

/* The kernel may fill a slot again once the program has taken what was in it, and
 * shows by the tail that it did, a moment later. */
static bool look_is_stable(const struct uring *ring, uint32_t number)
{
	const struct uring_layout *at = &ring->layout;
	uint32_t head = uring_load(ring->cq, at->cq_head), tail = uring_load(ring->cq, at->cq_tail);
	return (int32_t)(head - number) <= 0 || tail - number <= at->cq_entries;
}

/* The longest that the kernel takes from filling a batch to showing it, several
 * times over; a call of the program's that has returned shows all. */
static void look_let_show(const struct uring *ring, const struct look *look)
{
	bool shown = !look->polled && (ring->wakes || !(ring->layout.flags & IORING_SETUP_SQPOLL));
	for (int i = 0; !shown && i < 100; i++)
#if defined(__x86_64__)
		__builtin_ia32_pause();
#else
		__asm__ volatile("yield");
#endif
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/* Two that the program has not taken yet: it does not tell its operations apart. */
static bool look_shares(const struct uring *ring, uint32_t number, const struct io_uring_cqe *both)
{
	uint32_t head = uring_load(ring->cq, ring->layout.cq_head);
	return (int32_t)(number - head) >= 0 && both[0].user_data == both[1].user_data &&
	       !(both[0].flags & IORING_CQE_F_MORE);
}

/* Completions were missed: theirs, it may be, of whom little is certain. */
static void look_gap(struct uring *ring, struct look *look, uint32_t missed)
{
	look_lose(ring, missed);
	pending_drop(&ring->pending, look_is_uncertain, 0);
	ring->doubt = ring->sq_seen;
	look->gap = true;
}

/* Completions from ring->cq_seen on: all are copied, then the counters are read
 * again to see which of the copies can be believed. */
static void look_at_chunk(struct uring *ring, struct look *look, uint32_t count)
{
	const struct uring_layout *at = &ring->layout;
	struct io_uring_cqe entries[LOOK_CHUNK];
	uint32_t first = ring->cq_seen, mask = at->cq_entries - 1;
	for (uint32_t i = 0; i < count; i++)
		memcpy(&entries[i],
		       ring->cq + at->cqes + ((first + i) & mask) * layout_cqe_bytes(at),
		       sizeof *entries);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	for (uint32_t i = 0; i + 1 < count && !ring->shares; i++)
		ring->shares = look_shares(ring, first + i, &entries[i]);
	if (ring->shares)
		pending_drop(&ring->pending, look_is_uncertain, 0);
	look_let_show(ring, look);
	bool stable[LOOK_CHUNK];
	for (uint32_t i = 0; i < count; i++)
		stable[i] = look_is_stable(ring, first + i);
	for (uint32_t i = 0; i < count; i++) {
		if (stable[i])
			look_at_completion(ring, look, first + i, &entries[i]);
		else
			look_gap(ring, look, 1);
	}
	ring->cq_seen += count;
}

static uint32_t look_at_completions(struct uring *ring, struct look *look, uint32_t tail)
{
	uint32_t fresh = tail - ring->cq_seen;
	if (fresh > ring->layout.cq_entries) {
		look_gap(ring, look, fresh - ring->layout.cq_entries);
		ring->cq_seen = tail - ring->layout.cq_entries;
	}
	while (ring->cq_seen != tail) {
		uint32_t left = tail - ring->cq_seen;
		look_at_chunk(ring, look, left < LOOK_CHUNK ? left : LOOK_CHUNK);
	}
	return fresh;
}

/* What was missed is counted by its completion. There can't be more operations
 * in flight than were submitted and did not end. */
static void look_after_gap(struct uring *ring)
{
	uint32_t most = ring->sq_seen - ring->told - ring->lost;
	if ((int32_t)most >= 0 && ring->pending.count > most)
		pending_drop(&ring->pending, match_is_older, ring->sq_seen - most);
}

/* Submissions first: whatever has completed was submitted before. */
static uint32_t look_once(struct uring *ring, struct look *look)
{
	const struct uring_layout *at = &ring->layout;
	own_renew(ring);
	uint32_t tail = uring_load(ring->cq, at->cq_tail);
	own_confirm(ring);
	uint32_t opened = description_numbers(), closings = fd_closings;
	ring->settled = !look->polled || ring->closings == closings;
	uint32_t submitted = look_at_submissions(ring, look);
	uint32_t completed = look_at_completions(ring, look, tail);
	if (look->gap || look->polled)
		look_after_gap(ring);
	ring->opened = opened;
	ring->closings = closings;
	submitted = (uint32_t)((uint64_t)submitted * 256 / at->sq_entries);
	completed = (uint32_t)((uint64_t)completed * 256 / at->cq_entries);
	return submitted > completed ? submitted : completed;
}

static bool look_is_any(const struct operation *operation, uint32_t unused)
{
	(void)operation;
	(void)unused;
	return true;
}

/* Operations that the kernel took and that ended neither way. What only waits,
 * as for a timeout, is none that an analysis would miss. */
static void look_lose_rest(struct uring *ring)
{
	uint32_t others = ring->pending.count;
	others -= pending_drop(&ring->pending, look_is_any, 0);
	ring->sq_seen = uring_load(ring->sq, ring->layout.sq_head);
	int32_t rest = (int32_t)(ring->sq_seen - ring->told - ring->lost);
	if (rest <= 0)
		return;
	ring->told += others < (uint32_t)rest ? others : (uint32_t)rest;
	look_lose(ring, (uint32_t)rest);
}

/* Things happened some time between the last look and this one. */
static uint32_t look_between(struct uring *ring)
{
	uint64_t now = clock_ticks(), middle = ring->looked + (now - ring->looked) / 2;
	struct look outside = {.start = middle, .end = middle, .polled = true};
	uint32_t found = look_once(ring, &outside);
	ring->looked = now;
	return found;
}

/* A call's look. What had not come at the last look began after that. Where the
 * kernel takes entries by itself, those of long ago may be in use again. */
static void look_from_call(struct uring *ring, struct look call)
{
	if (ring->hidden && !ring->wakes && ring->layout.flags & IORING_SETUP_SQPOLL) {
		look_between(ring);
		return;
	}
	if (ring->looked > call.start) {
		call.start = ring->looked;
		call.start_ns = 0;
	}
	look_once(ring, &call);
	ring->looked = call.end > ring->looked ? call.end : ring->looked;
}

void look_before(struct uring *ring, uint64_t start, uint64_t start_ns)
{
	if (!ring->over)
		look_from_call(ring,
		               (struct look){.start = start, .start_ns = start_ns, .end = start});
}

void look_after(struct uring *ring, uint64_t start, uint64_t start_ns)
{
	struct look call = {.start = start, .start_ns = start_ns, .end = clock_ticks()};
	if (ring->over)
		look_lose_rest(ring);
	else
		look_from_call(ring, call);
}

uint32_t look_from_outside(struct uring *ring)
{
	if (!uring_take(ring, false))
		return 0;
	wake_keep(ring);
	uint32_t found = ring->over || (ring->wakes && ring->sited) ? 0 : look_between(ring);
	uring_give(ring);
	return found;
}

void look_last(struct uring *ring)
{
	if (!ring->over)
		look_between(ring);
	look_lose_rest(ring);
}

static void look_finish_one(struct uring *ring, uint64_t unused)
{
	(void)unused;
	if (!uring_take(ring, true))
		return;
	look_last(ring);
	ring->over = true;
	uring_give(ring);
}

void look_finish(void)
{
	uring_each(look_finish_one, 0);
}
