/* SPDX-License-Identifier: Apache-2.0 */
#include "intern.h"

#include <errno.h>

#include "sys.h"

#define INTERN_SLOTS    (1u << INTERN_BITS)
#define INTERN_PATIENCE 100 /* yields, until another thread has stored its id */

struct intern_slot {
	uint64_t key; /* 0 = free; atomic */
	uint32_t id;  /* 0 = not stored yet */
	uint32_t reserved;
};

int intern_prepare(struct intern *table)
{
	table->slots = sys_map(INTERN_SLOTS * sizeof *table->slots, 1);
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

/* The table never fills: the slots are twice the ids. */
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
		return found == key ? intern_await(slot) : UINT32_MAX;
	*fresh = true;
	uint32_t id = __atomic_add_fetch(&table->last, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->id, id, __ATOMIC_RELEASE);
	return id;
}

uint32_t intern_id(struct intern *table, uint64_t key, bool *fresh)
{
	*fresh = false;
	uint32_t at = (uint32_t)(key >> (64 - INTERN_BITS));
	for (;; at = (at + 1) % INTERN_SLOTS) {
		struct intern_slot *slot = &table->slots[at];
		uint64_t found = __atomic_load_n(&slot->key, __ATOMIC_RELAXED);
		uint32_t id = UINT32_MAX;
		if (found == key)
			id = intern_await(slot);
		else if (!found)
			id = intern_add(table, slot, key, fresh);
		if (id != UINT32_MAX)
			return id;
	}
}
