/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by their call and the one before, each pair of which has a list of
 * numbers (FORMAT.md, "Parted columns").
 */
#ifndef PARTED_H
#define PARTED_H

#include "base/problem.h"
#include "read/batch.h"

struct parted {
	uint32_t count;                /* of pairs with a list of their own */
	uint32_t pairs[AIOT_PARTS];    /* struct aiot_pair, as one number */
	uint32_t rows[AIOT_PARTS + 1]; /* of each list; the last is that of all others */
};

/* Reads which pairs there are; `from` moves on to the first list. Returns -1 if
 * they are cut, too many, or one comes twice. */
int parted_read(struct parted *parted, const uint8_t **from, const uint8_t *end,
                struct problem *why);

/* Numbers of calls while rows are gone through: so many bytes, all 0 before and
 * after. */
#define PARTED_NUMBERS (UINT16_MAX + 1)

/* Whose list each row of the batch, whose calls are there, goes by: into `lists`,
 * and how many rows each has. */
void parted_rows(struct parted *parted, const struct batch *batch, uint8_t *numbers,
                 uint8_t *lists);

/* Whether two have the same pairs, in the same order, and so the same rows. */
bool parted_alike(const struct parted *one, const struct parted *other);

/* The values of all rows from the lists, which lie one behind the other. */
void parted_merge(const struct parted *parted, const uint8_t *lists, const uint64_t *values,
                  uint64_t *v, uint32_t count);

/* Likewise those of the batch's starts, whose lists are gaps after the row before;
 * the durations are there. */
void parted_gap(const struct parted *parted, const uint8_t *lists, const uint64_t *values,
                const struct aiot_column_head *head, struct batch *batch);

#endif
