/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows parted by their call and the one before (FORMAT.md, "Parted columns"):
 * how long a call takes, and how long after the last, goes by these two.
 */
#ifndef PRELOAD_PART_H
#define PRELOAD_PART_H

#include <stdint.h>

#include "aiotrace/format.h"

/* Pairs with fewer rows are not worth a list of their own, whose coding has to
 * be told; nor are more lists worth the time. */
#define PART_ROWS  384
#define PART_MOST  12

#define PART_CALLS 1024 /* calls with higher numbers are among all others */
#define PART_NAMED 16   /* the calls of a block that came first, and all others */
#define PART_SLOTS (PART_NAMED * PART_NAMED)

struct part {
	uint32_t count;                 /* of pairs with a list; 0: the rows are not parted */
	uint32_t pairs[PART_MOST];      /* struct aiot_pair, as one number */
	uint32_t rows[PART_MOST + 1];   /* of each list; the last is that of all others */
	uint8_t list[AIOT_LIVE_EVENTS]; /* of each row */
	uint8_t named[PART_CALLS];      /* from 1; 0: not among those that came first */
};

/* Parts the rows of `count` events, at most AIOT_LIVE_EVENTS. */
void part_rows(struct part *part, const struct aiot_event *events, uint32_t count);

/* Puts the values of the same rows one list behind the other. */
void part_order(const struct part *part, const uint64_t *values, uint32_t count, uint64_t *to);

#endif
