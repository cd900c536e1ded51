/* SPDX-License-Identifier: Apache-2.0 */
#include "native/recall.h"

#include <errno.h>

#include "base/clock.h"
#include "base/sys.h"

#define RECALL_WAYS     4
#define RECALL_SET_BITS 6
#define RECALL_MEASURE  16 /* one comparison of so many is held against the clock */

struct recall_set {
	struct recall ways[RECALL_WAYS];
	uint32_t next; /* the way that is written next */
};

static struct recall_set *recall_sets;
static uint64_t recall_clock; /* ticks that a look at the clock takes */

int recall_prepare(void)
{
	recall_clock = UINT64_MAX;
	for (int i = 0; i < RECALL_MEASURE; i++) {
		uint64_t began = clock_ticks(), took = clock_ticks() - began;
		recall_clock = took < recall_clock ? took : recall_clock;
	}
	recall_sets = sys_map(sizeof *recall_sets << RECALL_SET_BITS, 1);
	return recall_sets ? 0 : -ENOMEM;
}

/* What is compared may be written at the same time by another thread: nothing is
 * read that is not in reach, and the version tells afterwards. */
static uint64_t recall_compare(const struct recall *recall, const struct reach *reach, uintptr_t sp,
                               uintptr_t fp)
{
	uint32_t version = __atomic_load_n(&recall->version, __ATOMIC_ACQUIRE);
	uint32_t count = recall->count;
	if (version & 1 || recall->sp != sp || (recall->needs_fp && recall->fp != fp) ||
	    count > RECALL_WORDS)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		struct recall_word word = recall->words[i];
		if (!reach_has(reach, word.at) || *(const uintptr_t *)word.at != word.word)
			return 0;
	}
	uint64_t hash = recall->hash;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&recall->version, __ATOMIC_RELAXED) == version ? hash : 0;
}

/* What the comparison that began then took, less the look at the clock, which
 * most go without. An interrupt that came in between counts at most twofold. */
static uint64_t recall_cost(struct recall *recall, uint64_t began)
{
	if (__builtin_expect(recall->uses++ % RECALL_MEASURE == 0, 0)) {
		uint64_t took = clock_ticks() - began, most = 2 * (uint64_t)recall->cost;
		took -= took > recall_clock ? recall_clock : 0;
		recall->cost = (uint32_t)(took < most ? took : most);
	}
	return recall->cost;
}

static struct recall_set *recall_set(uintptr_t sp)
{
	return &recall_sets[sp * 0x9E3779B97F4A7C15u >> (64 - RECALL_SET_BITS)];
}

struct recall *recall_take(uintptr_t sp, uintptr_t fp)
{
	struct recall_set *set = recall_set(sp);
	uint32_t way = __atomic_fetch_add(&set->next, 1, __ATOMIC_RELAXED) % RECALL_WAYS;
	struct recall *recall = &set->ways[way];
	uint32_t version = __atomic_load_n(&recall->version, __ATOMIC_RELAXED);
	if (version & 1 || !__atomic_compare_exchange_n(&recall->version, &version, version + 1, 0,
	                                                __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return NULL;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	recall->count = 0;
	recall->needs_fp = false;
	recall->sp = sp;
	recall->fp = fp;
	return recall;
}

uint64_t recall_find(const struct reach *reach, uintptr_t sp, uintptr_t fp, uint64_t *ticks)
{
	struct recall_set *set = recall_set(sp);
	for (int i = 0; i < RECALL_WAYS; i++) {
		uint64_t hash = recall_compare(&set->ways[i], reach, sp, fp);
		if (hash) {
			*ticks = recall_cost(&set->ways[i], *ticks);
			return hash;
		}
	}
	return 0;
}

void recall_end(struct recall *recall, uint64_t hash, uint64_t ticks)
{
	if (!recall)
		return;
	recall->hash = recall->count <= RECALL_WORDS ? hash : 0;
	recall->cost = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
	recall->uses = 0;
	__atomic_store_n(&recall->version, recall->version + 1, __ATOMIC_RELEASE);
}
