/* SPDX-License-Identifier: Apache-2.0 */
#include "read/parted.h"

#include <inttypes.h>
#include <string.h>

#include "read/planes.h"

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

/* Calls that are in pairs, numbered from 1; others are 0. */
#define PARTED_CALLS (2u * AIOT_PARTS + 1)

struct parted_calls {
	uint8_t *number;                          /* by call; all 0 between uses */
	uint8_t list[PARTED_CALLS][PARTED_CALLS]; /* by the numbers of a call before and a call */
	uint32_t count;
};

static void parted_number(struct parted_calls *calls, uint32_t call)
{
	if (!calls->number[call])
		calls->number[call] = (uint8_t)++calls->count;
}

static void parted_calls_begin(struct parted_calls *calls, const struct parted *parted)
{
	for (uint32_t k = 0; k < parted->count; k++) {
		parted_number(calls, parted->pairs[k] & UINT16_MAX);
		parted_number(calls, parted->pairs[k] >> 16);
	}
	for (uint32_t before = 0; before <= calls->count; before++)
		memset(calls->list[before], (int)parted->count, calls->count + 1);
	for (uint32_t k = 0; k < parted->count; k++)
		calls->list[calls->number[parted->pairs[k] >> 16]]
		           [calls->number[parted->pairs[k] & UINT16_MAX]] = (uint8_t)k;
}

static void parted_calls_end(const struct parted_calls *calls, const struct parted *parted)
{
	for (uint32_t k = 0; k < parted->count; k++) {
		calls->number[parted->pairs[k] & UINT16_MAX] = 0;
		calls->number[parted->pairs[k] >> 16] = 0;
	}
}

void parted_rows(struct parted *parted, const struct batch *batch, uint8_t *numbers, uint8_t *lists)
{
	const uint64_t *call = batch->column[AIOT_COLUMN_CALL];
	struct parted_calls calls = {.number = numbers};
	uint32_t rows[AIOT_PARTS + 1] = {0};
	const uint8_t *row;

	parted_calls_begin(&calls, parted);
	row = calls.list[numbers[0]];
	for (uint32_t i = 0; i < batch->count; i++) {
		unsigned number = numbers[(uint16_t)call[i]], list = row[number];
		lists[i] = (uint8_t)list;
		rows[list]++;
		row = calls.list[number];
	}
	memcpy(parted->rows, rows, sizeof rows);
	parted_calls_end(&calls, parted);
}

bool parted_alike(const struct parted *one, const struct parted *other)
{
	return one->count == other->count &&
	       !memcmp(one->pairs, other->pairs, one->count * sizeof *one->pairs);
}

/* Where each list begins. */
static void parted_lists(const struct parted *parted, const uint64_t *values,
                         const uint64_t *next[AIOT_PARTS + 1])
{
	for (uint32_t k = 0; k <= parted->count; values += parted->rows[k++])
		next[k] = values;
}

void parted_merge(const struct parted *parted, const uint8_t *lists, const uint64_t *values,
                  uint64_t *v, uint32_t count)
{
	const uint64_t *next[AIOT_PARTS + 1];

	parted_lists(parted, values, next);
	for (uint32_t i = 0; i < count; i++)
		v[i] = *next[lists[i]]++;
}

void parted_gap(const struct parted *parted, const uint8_t *lists, const uint64_t *values,
                const struct aiot_column_head *head, struct batch *batch)
{
	const uint64_t *next[AIOT_PARTS + 1], *duration = batch->column[AIOT_COLUMN_DURATION];
	uint64_t *v = batch->column[AIOT_COLUMN_START], base = head->base;
	unsigned shift = head->shift;

	parted_lists(parted, values, next);
	for (uint32_t i = 0; i < batch->count; i++) {
		v[i] = base + (planes_zigzag(*next[lists[i]]++) << shift);
		base = v[i] + duration[i];
	}
}
