/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/watch.h"

#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/sys.h"
#include "fault/fault.h"
#include "fault/mapping.h"
#include "fault/permit.h"
#include "fault/scan.h"
#include "fault/side.h"
#include "fault/watch_note.h"
#include "mark.h"
#include "state.h"
#include "thread.h"
#include "trace/loss.h"

#define WATCH_MOST     1024        /* threads */
#define WATCH_PATIENCE 20000       /* looks at a lock that another thread holds */
#define WATCH_INTERVAL 20000000u   /* ns from one look at all rings to the next */
#define WATCH_LINGER   1000000000u /* ns without a mapping until it ends */
#define WATCH_MEASURE  100000000u  /* ns over which a thread's rate is taken */
#define WATCH_RATE     50000u      /* faults a second that are told one by one */
#define WATCH_STEP     3           /* then one of 8 is, and so on … */
#define WATCH_COARSEST 12          /* … up to one of 4,096 */

static struct fault_thread watch_threads[WATCH_MOST];
static uint32_t watch_top; /* none in use at or above */
static uint32_t watch_locked;
static uint32_t watch_epoch; /* one more whenever a thread is added or goes */
static uint64_t watch_next;  /* ns: when all rings are due */
static uint64_t watch_empty; /* ns: since when no file of interest is mapped; 0: one is */
static struct fault_news watch_news;

uint32_t watch_active;
static uint32_t watch_started; /* every thread that was there has its rings */

/* The caller's entry as of an epoch. */
static __thread struct fault_thread *watch_own __attribute__((tls_model("initial-exec")));
static __thread uint32_t watch_own_epoch __attribute__((tls_model("initial-exec")));

/* Whoever holds the lock is busy: no signal handler comes here meanwhile. */
static bool watch_lock(int patience)
{
	thread_self.busy++;
	do {
		if (!__atomic_exchange_n(&watch_locked, 1, __ATOMIC_ACQUIRE))
			return true;
		if (patience)
			SYS0(sched_yield);
	} while (patience-- > 0);
	thread_self.busy--;
	return false;
}

static void watch_unlock(void)
{
	__atomic_store_n(&watch_locked, 0, __ATOMIC_RELEASE);
	thread_self.busy--;
}

static struct fault_thread *watch_find(uint32_t tid)
{
	for (uint32_t i = 0; i < watch_top; i++)
		if (watch_threads[i].tid == tid)
			return &watch_threads[i];
	return NULL;
}

static void watch_close(struct fault_thread *thread)
{
	fault_count_untold(thread);
	ring_close(&thread->all);
	ring_close(&thread->major);
	*thread = (struct fault_thread){0};
	watch_epoch++;
}

/* Opens both rings, or none. */
static int watch_open(struct fault_thread *thread, uint32_t tid, uint32_t pages,
                      enum ring_step *failed)
{
	int error = ring_open(&thread->all, RING_ALL, tid, pages, 0, failed);
	if (!error)
		error = ring_open(&thread->major, RING_MAJOR, tid, pages, 0, failed);
	if (error) {
		watch_close(thread);
		return error;
	}
	thread->tid = tid;
	thread->since_ns = clock_of(CLOCK_MONOTONIC);
	watch_epoch++;
	return 0;
}

static int watch_add(uint32_t tid, uint32_t pages, enum ring_step *failed)
{
	if (watch_find(tid))
		return 0;
	struct fault_thread *place = watch_find(0);
	if (!place && watch_top < WATCH_MOST)
		place = &watch_threads[watch_top++];
	return place ? watch_open(place, tid, pages, failed) : -1;
}

static uint32_t watch_pages_other(bool is_new)
{
	return permit_pages_other(watch_top, mapping_wanted_bytes(), is_new);
}

/* A thread that ended meanwhile has nothing more to be seen. */
static void watch_note_unseen(uint32_t tid)
{
	if (SYS3(tgkill, SYS0(getpid), tid, 0) == 0)
		watch_note_thread_unseen();
}

static void watch_add_or_note(uint32_t tid, uint32_t pages)
{
	enum ring_step failed = RING_STEP_OPEN;
	if (watch_add(tid, pages, &failed))
		watch_note_unseen(tid);
}

/* A thread besides the one that began it all. */
static void watch_add_other(uint32_t tid)
{
	watch_add_or_note(tid, watch_pages_other(false));
}

static bool watch_is_due(const struct fault_thread *thread)
{
	return ring_filled(&thread->all) || ring_filled(&thread->major);
}

static bool watch_is_filling(const struct fault_thread *thread)
{
	return ring_filled(&thread->all) > ring_bytes(&thread->all) / 2 ||
	       ring_filled(&thread->major) > ring_bytes(&thread->major) / 2;
}

/* What a full ring lost is told with the next record: so this faults once. */
static void watch_provoke(struct fault_thread *thread)
{
	char *page = sys_map(sys_page(), 0);
	if (!page)
		return;
	*(volatile char *)page = 1;
	sys_unmap(page, sys_page());
	fault_drain(thread, true, &watch_news);
}

static void watch_drain(struct fault_thread *thread, bool settled)
{
	bool own = thread->tid == thread_id();
	fault_drain(thread, settled || own, &watch_news);
	if (own && thread->full)
		watch_provoke(thread);
}

/* A ring beside the one there is: closed first, what the thread faults until the next one
 * is open would be lost, which is much where the opener is kept from a processor. Not
 * open where there is no memory for both. */
static struct ring watch_ring_beside(const struct fault_thread *thread, uint32_t pages,
                                     uint8_t shift)
{
	struct ring beside;
	enum ring_step failed = RING_STEP_OPEN;
	if (!ring_open(&beside, RING_ALL, thread->tid, pages, shift, &failed) &&
	    beside.pages < pages)
		ring_close(&beside);
	return beside;
}

static void watch_reopen(struct fault_thread *thread, uint32_t pages, uint8_t shift)
{
	enum ring_step failed = RING_STEP_OPEN;
	struct ring beside = watch_ring_beside(thread, pages, shift);
	watch_drain(thread, false);
	fault_count_untold(thread);
	ring_close(&thread->all);
	thread->known_ns = thread->taken_ns;
	if (beside.page)
		thread->all = beside;
	else if (ring_open(&thread->all, RING_ALL, thread->tid, pages, shift, &failed))
		watch_note_unseen(thread->tid);
}

/* A thread that faults too often to be told of each tells of some; one whose
 * rings overflow gets larger ones. */
static void watch_adapt(struct fault_thread *thread, uint64_t now)
{
	uint64_t spent = now - thread->since_ns;
	if (thread->ended || !thread->all.page || spent < WATCH_MEASURE)
		return;
	uint64_t rate = (thread->records * 1000000000u / spent) << thread->all.shift;
	int shift = thread->all.shift;
	if (rate > WATCH_RATE << shift && shift < WATCH_COARSEST)
		shift += WATCH_STEP;
	else if (shift && rate < WATCH_RATE / 2)
		shift -= WATCH_STEP;
	if (thread->overflowed || shift != thread->all.shift)
		watch_reopen(thread, permit_pages_grown(watch_top, thread->all.pages),
		             (uint8_t)shift);
	thread->overflowed = false;
	thread->records = 0;
	thread->since_ns = now;
}

static void watch_drain_all(bool settled)
{
	for (uint32_t i = 0; i < watch_top; i++) {
		struct fault_thread *thread = &watch_threads[i];
		if (!thread->tid || !watch_is_due(thread))
			continue;
		watch_drain(thread, settled);
		if (thread->ended)
			watch_close(thread);
	}
}

static void watch_stop(void)
{
	__atomic_store_n(&watch_started, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&watch_active, 0, __ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < watch_top; i++)
		if (watch_threads[i].tid)
			watch_close(&watch_threads[i]);
	watch_top = 0;
	side_end();
}

/* Whether no file of interest has been mapped for a while. */
static bool watch_is_over(uint64_t now)
{
	if (mapping_wanted())
		watch_empty = 0;
	else if (!watch_empty)
		watch_empty = now;
	return watch_empty && now - watch_empty > WATCH_LINGER;
}

static void watch_heed(uint64_t now)
{
	if (watch_news.thread)
		watch_add_or_note(watch_news.thread, watch_pages_other(true));
	if (watch_news.unknown)
		scan_now_and_then(now);
	watch_news = (struct fault_news){0};
}

static void watch_see_to_all(uint64_t now)
{
	watch_drain_all(false);
	for (uint32_t i = 0; i < watch_top; i++)
		if (watch_threads[i].tid)
			watch_adapt(&watch_threads[i], now);
	watch_heed(now);
	if (watch_is_over(now))
		watch_stop();
}

static void watch_see_to(struct fault_thread *own, uint64_t now)
{
	bool all = now >= watch_next;
	if (!watch_lock(0))
		return;
	watch_next = all ? now + WATCH_INTERVAL : watch_next;
	if (all && watch_active)
		watch_see_to_all(now);
	else if (own && own->tid == thread_id())
		watch_drain(own, true);
	watch_unlock();
}

void watch_look(uint64_t now)
{
	uint32_t epoch = __atomic_load_n(&watch_epoch, __ATOMIC_RELAXED);
	if (watch_own_epoch != epoch) {
		watch_own = watch_find(thread_id());
		watch_own_epoch = epoch;
		if (watch_own)
			watch_own->mark = mark_self.now;
	}
	if (now >= __atomic_load_n(&watch_next, __ATOMIC_RELAXED) ||
	    (watch_own && watch_is_filling(watch_own)))
		watch_see_to(watch_own, now);
}

static void watch_start(void)
{
	enum ring_step failed = RING_STEP_OPEN;
	int error = permit_ask();
	if (!error)
		error = watch_add(thread_id(), permit_pages(), &failed);
	scan_mappings(0);
	watch_note_begun(error, failed);
	if (error)
		return;
	watch_find(thread_id())->mark = mark_self.now;
	watch_empty = 0;
	watch_next = clock_of(CLOCK_MONOTONIC) + WATCH_INTERVAL;
	/* From here on threads that are made add themselves. */
	__atomic_store_n(&watch_active, 1, __ATOMIC_SEQ_CST);
	scan_threads(watch_add_other);
	__atomic_store_n(&watch_started, 1, __ATOMIC_SEQ_CST);
}

/* While one thread starts it all, the others wait: what they touched before their
 * rings are there would be neither told nor counted. */
void watch_mapped(size_t bytes)
{
	watch_note_mapping(bytes);
	if (__atomic_load_n(&watch_started, __ATOMIC_RELAXED) || watch_note_refused())
		return;
	if (!watch_lock(WATCH_PATIENCE))
		return;
	if (!watch_active && !watch_note_refused() && state_is(STATE_ON))
		watch_start();
	watch_unlock();
}

void watch_settle(void)
{
	if (!__atomic_load_n(&watch_active, __ATOMIC_RELAXED) || !watch_lock(WATCH_PATIENCE))
		return;
	watch_drain_all(false);
	watch_unlock();
}

void watch_thread_begins(void)
{
	if (!__atomic_load_n(&watch_active, __ATOMIC_SEQ_CST) || !watch_lock(WATCH_PATIENCE))
		return;
	if (watch_active)
		watch_add_or_note(thread_id(), watch_pages_other(true));
	struct fault_thread *own = watch_find(thread_id());
	if (own)
		own->mark = mark_self.now;
	watch_unlock();
}

void watch_marked(uint8_t mark)
{
	if (!__atomic_load_n(&watch_active, __ATOMIC_RELAXED) || !watch_lock(WATCH_PATIENCE))
		return;
	watch_drain_all(false);
	struct fault_thread *own = watch_find(thread_id());
	if (own)
		own->mark = mark;
	watch_unlock();
}

void watch_finish(void)
{
	if (!watch_lock(WATCH_PATIENCE))
		return;
	if (watch_active) {
		watch_drain_all(true);
		watch_stop();
	}
	watch_note_last();
	watch_unlock();
}

void watch_forget(void)
{
	for (uint32_t i = 0; i < watch_top; i++)
		watch_threads[i] = (struct fault_thread){0};
	watch_top = 0;
	watch_active = watch_started = 0;
	watch_locked = 0;
	watch_epoch++;
	watch_news = (struct fault_news){0};
	watch_note_forget();
	side_forget();
	mapping_forget();
}

void watch_inherited(void)
{
	if (!mapping_wanted() || !watch_lock(WATCH_PATIENCE))
		return;
	watch_start();
	mapping_drop_old();
	watch_unlock();
}
