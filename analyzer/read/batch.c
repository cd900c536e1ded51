/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns in memory: made, filled from plain events, cut and sorted. Columns
 * are allocated when first wanted, so that a pass pays for what it reads.
 */
#include "read/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

void batch_reserve(struct batch *batch, uint32_t count, uint32_t columns)
{
	if (batch->room < count) {
		batch_free(batch);
		batch->room = count;
	}
	for (int c = 1; c < BATCH_COLUMNS; c++)
		if ((columns >> c & 1) && !batch->column[c])
			batch->column[c] = memory_get(batch->room, sizeof(uint64_t));
}

static uint64_t batch_value(const struct aiot_event *e, int column)
{
	switch (column) {
	case AIOT_COLUMN_CALL: return e->call;
	case AIOT_COLUMN_STAGE: return e->stage;
	case AIOT_COLUMN_FLAGS: return e->flags;
	case AIOT_COLUMN_FILE: return e->file;
	case AIOT_COLUMN_HANDLE: return e->handle;
	case AIOT_COLUMN_STACK: return e->stack;
	case AIOT_COLUMN_AUX: return e->aux;
	case AIOT_COLUMN_START: return e->start_ns;
	case AIOT_COLUMN_DURATION: return e->duration_ns;
	case AIOT_COLUMN_SIZE: return e->size;
	case AIOT_COLUMN_RESULT: return (uint64_t)e->result;
	default: return (uint64_t)e->offset;
	}
}

void batch_fill(struct batch *batch, const struct aiot_event *events, uint32_t count,
                uint32_t columns)
{
	batch_reserve(batch, count, columns);
	batch->count = count;
	batch->have = columns & BATCH_ALL;
	for (int c = 1; c < BATCH_COLUMNS; c++)
		if (batch->have >> c & 1)
			for (uint32_t i = batch->same[c] = 0; i < count; i++)
				batch->column[c][i] = batch_value(&events[i], c);
}

void batch_skip(struct batch *batch, uint32_t rows)
{
	if (rows > batch->count)
		rows = batch->count;
	batch->count -= rows;
	for (int c = 1; rows && c < BATCH_COLUMNS; c++)
		if (batch->have >> c & 1 && !batch_constant(batch, c))
			memmove(batch->column[c], batch->column[c] + rows,
			        batch->count * sizeof(uint64_t));
}

struct batch_key {
	uint64_t start;
	uint32_t row;
};

static int batch_compare(const void *one, const void *other)
{
	const struct batch_key *a = one, *b = other;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static void batch_permute(struct batch *batch, const struct batch_key *keys)
{
	uint64_t *sorted = memory_get(batch->count, sizeof *sorted);

	for (int c = 1; c < BATCH_COLUMNS; c++) {
		if (!(batch->have >> c & 1) || batch_constant(batch, c))
			continue;
		for (uint32_t i = 0; i < batch->count; i++)
			sorted[i] = batch->column[c][keys[i].row];
		memcpy(batch->column[c], sorted, batch->count * sizeof *sorted);
	}
	free(sorted);
}

VECTOR static bool batch_sorted(const uint64_t *start, uint32_t count)
{
	uint64_t wrong = 0;

	for (uint32_t i = 1; i < count; i++)
		wrong |= (uint64_t)(start[i - 1] > start[i]);
	return !wrong;
}

void batch_sort(struct batch *batch)
{
	const uint64_t *start = batch->column[AIOT_COLUMN_START];
	struct batch_key *keys;
	uint32_t i;

	if (batch_sorted(start, batch->count))
		return;
	keys = memory_get(batch->count, sizeof *keys);
	for (i = 0; i < batch->count; i++)
		keys[i] = (struct batch_key){start[i], i};
	qsort(keys, batch->count, sizeof *keys, batch_compare);
	batch_permute(batch, keys);
	free(keys);
}

void batch_free(struct batch *batch)
{
	for (int c = 0; c < BATCH_COLUMNS; c++)
		free(batch->column[c]);
	*batch = (struct batch){0};
}
