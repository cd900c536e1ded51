/* SPDX-License-Identifier: Apache-2.0
 *
 * The id table: an array below DENSE, uthash above.
 */
#include "base/id_table.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/memory.h"

#define DENSE (1u << 20)

/* Of each power of two of ids, those that are their own indices. */
static uint32_t *id_table_same[21];

struct far_id {
	UT_hash_handle hh;
	uint32_t id, index;
};

struct id_table *id_table_new(void)
{
	return memory_get(1, sizeof(struct id_table));
}

void id_table_free(struct id_table *table)
{
	struct far_id *item, *next;

	if (!table)
		return;
	item = table->far;
	HASH_CLEAR(hh, table->far);
	for (; item; item = next) {
		next = item->hh.next;
		free(item);
	}
	if (!table->shared)
		free(table->near);
	free(table);
}

static struct far_id *id_table_far(const struct id_table *table, uint32_t id)
{
	struct far_id *item;

	HASH_FIND(hh, table->far, &id, sizeof id, item);
	return item;
}

static void id_table_set_far(struct id_table *table, uint32_t id, uint32_t index)
{
	struct far_id *item = id_table_far(table, id);

	if (!item) {
		item = memory_get(1, sizeof *item);
		item->id = id;
		HASH_ADD(hh, table->far, id, sizeof id, item);
	}
	item->index = index;
}

static void id_table_own(struct id_table *table)
{
	uint32_t *own = memory_get(table->room, sizeof *own);

	memcpy(own, table->near, table->room * sizeof *own);
	table->near = own;
	table->shared = false;
}

/* Ids below count that are their own indices. */
static uint32_t *id_table_share(size_t count)
{
	unsigned power = 0;

	while ((size_t)1 << power < count)
		power++;
	if (!id_table_same[power]) {
		id_table_same[power] = memory_get((size_t)1 << power, sizeof(uint32_t));
		for (uint32_t i = 0; i < UINT32_C(1) << power; i++)
			id_table_same[power][i] = i;
	}
	return id_table_same[power];
}

void id_table_set(struct id_table *table, uint32_t id, uint32_t index)
{
	if (id >= DENSE) {
		id_table_set_far(table, id, index);
		return;
	}
	if (table->shared)
		id_table_own(table);
	while (id >= table->room)
		table->near =
		        memory_grow(table->near, table->room, &table->room, sizeof *table->near);
	table->near[id] = index;
}

void id_table_trim(struct id_table *table)
{
	size_t count = table->room, same = 0;

	if (table->shared)
		return;
	while (count && !table->near[count - 1])
		count--;
	while (same < count && table->near[same] == same)
		same++;
	if (!count || same < count || count > DENSE) {
		table->near = memory_trim(table->near, count, &table->room, sizeof *table->near);
		return;
	}
	free(table->near);
	table->near = id_table_share(count);
	table->room = count;
	table->shared = true;
}

uint32_t id_table_get_far(const struct id_table *table, uint64_t id)
{
	struct far_id *item;

	if (id < DENSE || id > UINT32_MAX || !table->far)
		return 0;
	item = id_table_far(table, (uint32_t)id);
	return item ? item->index : 0;
}
