/* SPDX-License-Identifier: Apache-2.0
 *
 * A histogram of 64-bit values in fixed memory: exact below 128, then 64
 * buckets to each power of two, so a percentile is off by at most 1/64.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (64 * 59)

struct histogram {
	uint64_t total, max; /* max, and the minimum, exact where total > 0 */
	uint64_t beneath;    /* the complement of the minimum: so all 0 is empty */
	uint64_t count[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t value)
{
	unsigned power = 63 - (unsigned)__builtin_clzll(value | 1);

	if (value < 64)
		return (unsigned)value;
	return (power - 5) * 64 + (unsigned)(value >> (power - 6) & 63);
}

static inline uint64_t histogram_min(const struct histogram *h)
{
	return ~h->beneath;
}

/* With its bucket known. */
static inline void histogram_add_to(struct histogram *h, uint64_t value, unsigned bucket)
{
	/* Both seldom: branches, and no store. */
	if (~value > h->beneath)
		h->beneath = ~value;
	if (value > h->max)
		h->max = value;
	h->total++;
	h->count[bucket]++;
}

static inline void histogram_add(struct histogram *h, uint64_t value)
{
	histogram_add_to(h, value, histogram_bucket(value));
}

void histogram_merge(struct histogram *to, const struct histogram *from);

/* The value that a share (0 to 1) of all values does not exceed; 0 if empty. */
uint64_t histogram_percentile(const struct histogram *histogram, double share);

#endif
