/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of times, each a number below RECENCY_TIMES, that tells how many of
 * them are later than one. A bit a time, and counts of 64, of 1,024 and of 8,192 of them:
 * changing the set takes a step, asking a fixed number without a branch: counts
 * lie eight or sixteen to a row, and a row is summed as numbers of 64 bits.
 */
#ifndef RECENCY_H
#define RECENCY_H

#include <stdint.h>

#define RECENCY_TIMES  65536u
#define RECENCY_WORDS  (RECENCY_TIMES / 64)
#define RECENCY_GROUPS 64u /* of so many words each: */
#define RECENCY_EACH   (RECENCY_WORDS / RECENCY_GROUPS)
#define RECENCY_ROWS   8u /* of so many groups each: */
#define RECENCY_ROW    (RECENCY_GROUPS / RECENCY_ROWS)

/* Empty where all is 0. */
struct recency {
	uint64_t bits[RECENCY_WORDS];
	uint8_t words[RECENCY_WORDS];
	uint16_t groups[RECENCY_GROUPS];
	uint16_t rows[RECENCY_ROWS];
};

/* A time that is not in the set is added, one that is in it taken out. */
static inline void recency_add(struct recency *r, uint32_t time)
{
	r->bits[time / 64] |= UINT64_C(1) << time % 64;
	r->words[time / 64]++;
	r->groups[time / 64 / RECENCY_EACH]++;
	r->rows[time / 64 / RECENCY_EACH / RECENCY_ROW]++;
}

static inline void recency_drop(struct recency *r, uint32_t time)
{
	r->bits[time / 64] &= ~(UINT64_C(1) << time % 64);
	r->words[time / 64]--;
	r->groups[time / 64 / RECENCY_EACH]--;
	r->rows[time / 64 / RECENCY_EACH / RECENCY_ROW]--;
}

/* How many times of the set are later. */
uint32_t recency_later(const struct recency *r, uint32_t time);

/* By word, how many times of the set come before those of the word. */
void recency_before(const struct recency *r, uint32_t before[RECENCY_WORDS]);

/* How many times of the set are earlier, given the former. */
uint32_t recency_earlier(const struct recency *r, const uint32_t before[RECENCY_WORDS],
                         uint32_t time);

/* The set is that of the times below count. */
void recency_number(struct recency *r, uint32_t count);

#endif
