/* SPDX-License-Identifier: Apache-2.0
 *
 * From the byte planes of a column to its values (FORMAT.md, "Events").
 */
#ifndef PLANES_H
#define PLANES_H

#include "read/batch.h"

#define PLANES_MOST 8u

/* The planes of a column that differ from row to row; shared is what the
 * constant ones, and the base of a plain column, amount to. */
struct planes {
	const uint8_t *bytes[PLANES_MOST];
	unsigned bit[PLANES_MOST]; /* that a plane's lowest bit is in u */
	unsigned count;
	uint64_t shared;
};

/* FORMAT.md, "Events": zigzag. */
static inline uint64_t planes_zigzag(uint64_t u)
{
	return (u >> 1) ^ -(u & 1);
}

/* The values of the batch's column that the head describes: batch->count rows,
 * which each plane must have; the columns that its transform needs are there.
 * The head was checked. */
void planes_undo(const struct aiot_column_head *head, const struct planes *planes,
                 struct batch *batch);

/* Those of a list of numbers, plain or delta. */
void planes_list(const struct aiot_column_head *head, const struct planes *planes, uint64_t *values,
                 uint32_t count);

/* How many of the codes stand for a value of the list behind them; UINT32_MAX
 * where one is above `most`. */
uint32_t planes_rest(const uint8_t *codes, uint32_t count, uint8_t most);

/* The values of a coded column: of its codes, one a row, and of that list, which
 * is as long as they want. */
void planes_decode(const struct aiot_column_head *head, const uint8_t *codes, const uint64_t *rest,
                   struct batch *batch);

/* Each of count values is set to the one given. */
void planes_write(uint64_t *values, uint32_t count, uint64_t value);

#endif
