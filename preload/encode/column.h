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

uint64_t column_least(const uint64_t *values, uint32_t count);

/* All values or-ed. */
uint64_t column_bits(const uint64_t *values, uint32_t count);

/* What to expect of a column's bytes, and so how hard to look for repetition. */
enum column_nature {
	COLUMN_PATTERN, /* they repeat themselves: searched for matches */
	COLUMN_NOISE,   /* they don't: each coded by how frequent it is, four times as fast */
};

/* Appends a column whose rows all have the same residual u (a value, if PLAIN).
 * One that decodes to all zeroes is left out. */
void column_put_constant(struct column_out *out, struct aiot_column_head head, uint64_t residual);

/* Appends a column of `count` residuals u whose bits, or-ed, are `bits`. `head`
 * names column, transform, base and shift. */
void column_put(struct scratch *scratch, struct column_out *out, struct aiot_column_head head,
                const uint64_t *residuals, uint32_t count, uint64_t bits,
                enum column_nature nature);

/* Begins a column of codes with the codes of `count` rows, in scratch->planes[0];
 * what they leave to tell is then put as a column, and the codes' ends. `head`
 * names column, transform, base and shift. */
size_t column_put_codes(struct scratch *scratch, struct column_out *out,
                        struct aiot_column_head *head, uint32_t count);

/* Begins a column that is lists, with `bytes` bytes that say which; each list is
 * then put as a column, and the lists' ends. */
size_t column_put_lists(struct column_out *out, const void *data, size_t bytes);

/* Ends a column of codes or of lists. */
void column_end(struct column_out *out, size_t begin, struct aiot_column_head *head);

/* Appends a PLAIN column of values, the least of which is given, changing them;
 * the shift is chosen here. `varies`: the bits in which any differs from the first,
 * or more. */
void column_put_values(struct scratch *scratch, struct column_out *out, enum aiot_column column,
                       uint64_t *values, uint32_t count, uint64_t least, uint64_t varies,
                       enum column_nature nature);

#endif
