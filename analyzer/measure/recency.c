/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/recency.h"

#include <string.h>

/* Sums of neighbours in one number, all below 65,536. */
#define RECENCY_EVEN  UINT64_C(0x00ff00ff00ff00ff)
#define RECENCY_FOURS UINT64_C(0x0001000100010001)

/* 16 bytes from [16 - n] on leave out the first n of others: no branch, which
 * would be guessed wrong. */
static const uint8_t recency_masks[32] = {
        [16] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff,        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

struct recency_half {
	uint64_t low, high;
};

/* 16 bytes of counts without the first so many. */
static inline struct recency_half recency_behind(const void *counts, uint32_t bytes)
{
	struct recency_half all, mask;

	memcpy(&all, counts, sizeof all);
	memcpy(&mask, recency_masks + 16 - bytes, sizeof mask);
	return (struct recency_half){all.low & mask.low, all.high & mask.high};
}

/* The counts of a row that follow place `at`, added up. */
static inline uint32_t recency_row(const uint16_t row[RECENCY_ROW], uint32_t at)
{
	struct recency_half h = recency_behind(row, 2 * (at + 1));

	return (uint32_t)((h.low + h.high) * RECENCY_FOURS >> 48);
}

static inline uint32_t recency_words(const uint8_t words[RECENCY_EACH], uint32_t at)
{
	struct recency_half h = recency_behind(words, at + 1);
	uint64_t sum = (h.low & RECENCY_EVEN) + (h.low >> 8 & RECENCY_EVEN) +
	               (h.high & RECENCY_EVEN) + (h.high >> 8 & RECENCY_EVEN);

	return (uint32_t)(sum * RECENCY_FOURS >> 48);
}

/* Without an instruction for it, a compiler calls a function. */
static uint32_t recency_bits(uint64_t bits)
{
	bits -= bits >> 1 & UINT64_C(0x5555555555555555);
	bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
	bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (uint32_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

uint32_t recency_later(const struct recency *r, uint32_t time)
{
	uint32_t word = time / 64, group = word / RECENCY_EACH, row = group / RECENCY_ROW;

	return recency_row(r->rows, row) +
	       recency_row(r->groups + row * RECENCY_ROW, group % RECENCY_ROW) +
	       recency_words(r->words + group * RECENCY_EACH, word % RECENCY_EACH) +
	       recency_bits(r->bits[word] >> time % 64 >> 1);
}

void recency_before(const struct recency *r, uint32_t before[RECENCY_WORDS])
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < RECENCY_WORDS; i++) {
		before[i] = sum;
		sum += r->words[i];
	}
}

uint32_t recency_earlier(const struct recency *r, const uint32_t before[RECENCY_WORDS],
                         uint32_t time)
{
	uint64_t below = (UINT64_C(1) << time % 64) - 1;

	return before[time / 64] + recency_bits(r->bits[time / 64] & below);
}

void recency_number(struct recency *r, uint32_t count)
{
	memset(r, 0, sizeof *r);
	for (uint32_t i = 0; i < count; i++)
		recency_add(r, i);
}
