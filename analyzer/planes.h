/* SPDX-License-Identifier: Apache-2.0
 *
 * From the byte planes of a column to its values (FORMAT.md, "Events").
 */
#ifndef PLANES_H
#define PLANES_H

#include "batch.h"

#define PLANES_MOST 8u

/* The planes of a column that differ from row to row; shared is what the
 * constant ones, and the base of a plain column, amount to. */
struct planes {
	const uint8_t *bytes[PLANES_MOST];
	unsigned bit[PLANES_MOST]; /* that a plane's lowest bit is in u */
	unsigned count;
	uint64_t shared;
};

/* The values of the batch's column that the head describes: batch->count rows,
 * which each plane must have; the columns that its transform needs are there.
 * The head was checked. */
void planes_undo(const struct aiot_column_head *head, const struct planes *planes,
                 struct batch *batch);

/* Each of count values is set to the one given. */
void planes_write(uint64_t *values, uint32_t count, uint64_t value);

#endif
