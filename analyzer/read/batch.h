/* SPDX-License-Identifier: Apache-2.0
 *
 * Decoded events as columns: what every consumer loops over. A column is an
 * array of 64-bit values, as FORMAT.md defines them (signed ones cast).
 */
#ifndef BATCH_H
#define BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"

#define BATCH_COLUMNS (AIOT_COLUMN_OFFSET + 1)

/* A set of columns; BATCH_WANT(CALL) | BATCH_WANT(START). */
#define BATCH_WANT(name) (1u << AIOT_COLUMN_##name)
#define BATCH_ALL        (((1u << BATCH_COLUMNS) - 1) & ~1u)

struct batch {
	uint32_t count, room;
	uint32_t have; /* columns that hold values */
	uint64_t *column[BATCH_COLUMNS];
	/* The first same[c] rows of column c hold same_value[c]: most columns of
	 * most blocks are constant, and then need not be written again. */
	uint32_t same[BATCH_COLUMNS];
	uint64_t same_value[BATCH_COLUMNS];
};

static inline bool batch_constant(const struct batch *batch, int column)
{
	return batch->same[column] >= batch->count;
}

/* Room for count rows in the columns of a set; their values are undefined. */
void batch_reserve(struct batch *batch, uint32_t count, uint32_t columns);

/* The columns of a set from count events; drops what was there. */
void batch_fill(struct batch *batch, const struct aiot_event *events, uint32_t count,
                uint32_t columns);

/* Drops the first rows of the batch. */
void batch_skip(struct batch *batch, uint32_t rows);

/* Sorts rows by start, stable, unless they are sorted: calls end in another
 * order than they began where one runs inside another. START must be there. */
void batch_sort(struct batch *batch);

void batch_free(struct batch *batch);

#endif
