/* SPDX-License-Identifier: Apache-2.0 */
#include "recency.h"

#include <string.h>

#include "vector.h"

VECTOR static uint32_t recency_groups(const uint16_t *groups, uint16_t after)
{
	uint16_t sum = 0;

	for (uint16_t i = 0; i < RECENCY_GROUPS; i++)
		sum = (uint16_t)(sum + (i > after ? groups[i] : 0));
	return sum;
}

VECTOR static uint32_t recency_words(const uint8_t *words, uint8_t after)
{
	uint16_t sum = 0;

	for (uint8_t i = 0; i < (uint8_t)RECENCY_EACH; i++)
		sum = (uint16_t)(sum + (i > after ? words[i] : 0));
	return sum;
}

uint32_t recency_later(const struct recency *r, uint32_t time)
{
	uint32_t word = time / 64, group = word / RECENCY_EACH;

	return recency_groups(r->groups, (uint16_t)group) +
	       recency_words(r->words + group * RECENCY_EACH, (uint8_t)(word % RECENCY_EACH)) +
	       (uint32_t)__builtin_popcountll(r->bits[word] >> time % 64 >> 1);
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

	return before[time / 64] + (uint32_t)__builtin_popcountll(r->bits[time / 64] & below);
}

void recency_number(struct recency *r, uint32_t count)
{
	memset(r, 0, sizeof *r);
	for (uint32_t i = 0; i < count; i++)
		recency_add(r, i);
}
