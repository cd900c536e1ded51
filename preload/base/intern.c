/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include <errno.h>

#include "base/sys.h"

#define INTERN_PATIENCE 100 /* yields, until another thread has stored its id */
#define INTERN_WAYS     4   /* slots that a key may have at a level: a cache line */
#define INTERN_LEVELS   4
#define INTERN_TAKEN    UINT32_MAX /* another key has the slot */

/* A key lies in the first level that had a free slot for it, so that few keys take
 * few pages: memory that is touched for the first time costs more than all else. */
static const uint8_t intern_bits[INTERN_LEVELS] = {10, 13, 16, INTERN_BITS};

struct intern_slot {
	uint64_t key; /* 0 = free; atomic */
	uint32_t id;  /* 0 = not stored yet */
	uint32_t reserved;
};

int intern_prepare(struct intern *table)
{
	size_t slots = 0;
	for (int i = 0; i < INTERN_LEVELS; i++)
		slots += (size_t)1 << intern_bits[i];
	table->slots = sys_map(slots * sizeof *table->slots, 1);
	return table->slots ? 0 : -ENOMEM;
}

void intern_forget(struct intern *table)
{
	table->last = 0;
	table->denied = 0;
}

static uint32_t intern_await(const struct intern_slot *slot)
{
	uint32_t id = 0;
	for (int i = 0; i < INTERN_PATIENCE; i++) {
		id = __atomic_load_n(&slot->id, __ATOMIC_ACQUIRE);
		if (id)
			break;
		SYS0(sched_yield);
	}
	return id;
}

/* The table never fills: the last level alone has twice as many slots as ids. */
static uint32_t intern_add(struct intern *table, struct intern_slot *slot, uint64_t key,
                           bool *fresh)
{
	uint64_t found = 0;
	if (__atomic_load_n(&table->last, __ATOMIC_RELAXED) >= INTERN_MOST) {
		__atomic_fetch_add(&table->denied, 1, __ATOMIC_RELAXED);
		return 0;
	}
	if (!__atomic_compare_exchange_n(&slot->key, &found, key, 0, __ATOMIC_ACQ_REL,
	                                 __ATOMIC_ACQUIRE))
		return found == key ? intern_await(slot) : INTERN_TAKEN;
	*fresh = true;
	uint32_t id = __atomic_add_fetch(&table->last, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->id, id, __ATOMIC_RELEASE);
	return id;
}

static inline uint32_t intern_try(struct intern *table, struct intern_slot *slot, uint64_t key,
                                  bool *fresh)
{
	uint64_t found = __atomic_load_n(&slot->key, __ATOMIC_RELAXED);
	if (found == key)
		return intern_await(slot);
	return found ? INTERN_TAKEN : intern_add(table, slot, key, fresh);
}

static uint32_t intern_last(struct intern *table, struct intern_slot *slots, uint64_t key,
                            bool *fresh)
{
	uint32_t at = (uint32_t)(key >> (64 - INTERN_BITS)), id;
	for (;; at = (at + 1) % (1u << INTERN_BITS))
		if ((id = intern_try(table, &slots[at], key, fresh)) != INTERN_TAKEN)
			return id;
}

uint32_t intern_id(struct intern *table, uint64_t key, bool *fresh)
{
	struct intern_slot *slots = table->slots;
	*fresh = false;
	for (int level = 0; level < INTERN_LEVELS - 1; level++) {
		uint64_t first = key >> (64 - intern_bits[level]) & -(uint64_t)INTERN_WAYS;
		for (uint32_t i = 0; i < INTERN_WAYS; i++) {
			uint32_t id = intern_try(table, &slots[first + i], key, fresh);
			if (id != INTERN_TAKEN)
				return id;
		}
		slots += (size_t)1 << intern_bits[level];
	}
	return intern_last(table, slots, key, fresh);
}
