/* SPDX-License-Identifier: Apache-2.0 */
#include "parted.h"

#include <inttypes.h>
#include <string.h>

#define PARTED_SLOTS 256u
#define PARTED_NONE  UINT8_MAX

/* Where a pair's list is found by its number: open addressing. */
struct parted_table {
	uint32_t pair[PARTED_SLOTS];
	uint8_t list[PARTED_SLOTS];
};

static unsigned parted_slot(const struct parted_table *table, uint32_t pair)
{
	unsigned at = pair * 0x9E3779B1u >> 24;

	while (table->list[at] != PARTED_NONE && table->pair[at] != pair)
		at = (at + 1) % PARTED_SLOTS;
	return at;
}

/* Returns false if a pair comes twice. */
static bool parted_fill(struct parted_table *table, const struct parted *parted)
{
	memset(table->list, PARTED_NONE, sizeof table->list);
	for (uint32_t k = 0; k < parted->count; k++) {
		unsigned at = parted_slot(table, parted->pairs[k]);
		if (table->list[at] != PARTED_NONE)
			return false;
		table->pair[at] = parted->pairs[k];
		table->list[at] = (uint8_t)k;
	}
	return true;
}

int parted_read(struct parted *parted, const uint8_t **from, const uint8_t *end,
                struct problem *why)
{
	const uint8_t *at = *from;
	struct parted_table table;
	size_t bytes;

	if (end - at < 4)
		return problem_set(why, "a parted column is cut");
	memcpy(&parted->count, at, 4);
	if (parted->count > AIOT_PARTS)
		return problem_set(why, "a column has %" PRIu32 " parts", parted->count);
	bytes = parted->count * sizeof *parted->pairs;
	if (bytes > (size_t)(end - at - 4))
		return problem_set(why, "a parted column is cut");
	memcpy(parted->pairs, at + 4, bytes);
	if (!parted_fill(&table, parted))
		return problem_set(why, "a column has a part twice");
	*from = at + 4 + bytes;
	return 0;
}

void parted_rows(struct parted *parted, const struct batch *batch, uint8_t *lists)
{
	const uint64_t *call = batch->column[AIOT_COLUMN_CALL];
	struct parted_table table;
	uint32_t before = 0;

	parted_fill(&table, parted);
	memset(parted->rows, 0, sizeof parted->rows);
	for (uint32_t i = 0; i < batch->count; i++) {
		uint32_t pair = (uint16_t)call[i] | before << 16;
		uint8_t list = table.list[parted_slot(&table, pair)];
		lists[i] = list == PARTED_NONE ? (uint8_t)parted->count : list;
		parted->rows[lists[i]]++;
		before = (uint16_t)call[i];
	}
}

void parted_merge(const struct parted *parted, const uint8_t *lists, const uint64_t *values,
                  uint64_t *v, uint32_t count)
{
	const uint64_t *next[AIOT_PARTS + 1];

	for (uint32_t k = 0; k <= parted->count; values += parted->rows[k++])
		next[k] = values;
	for (uint32_t i = 0; i < count; i++)
		v[i] = *next[lists[i]]++;
}
