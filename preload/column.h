/* SPDX-License-Identifier: Apache-2.0
 *
 * One column of numbers into byte planes, each as small as it gets: FORMAT.md,
 * "Events". Knows nothing of what the numbers mean.
 */
#ifndef PRELOAD_COLUMN_H
#define PRELOAD_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "aiotrace/format.h"

/* Memory that encoding works in; see scratch.h. */
struct scratch;

/* A growing payload. */
struct column_out {
	uint8_t *data;
	size_t used;
	size_t room;
};

static inline uint64_t column_zigzag(uint64_t difference)
{
	return (difference << 1) ^ (uint64_t)((int64_t)difference >> 63);
}

/* Appends a column whose rows all have the same residual u (a value, if PLAIN).
 * One that decodes to all zeroes is left out. */
void column_put_constant(struct column_out *out, struct aiot_column_head head, uint64_t residual);

/* Appends a column of `count` residuals u, changing them. `head` names column,
 * transform, base and shift; for PLAIN, base and shift are chosen here. A
 * column that decodes to all zeroes is left out. */
void column_put(struct scratch *scratch, struct column_out *out, struct aiot_column_head head,
                uint64_t *residuals, uint32_t count);

#endif
