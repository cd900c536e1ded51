/* SPDX-License-Identifier: Apache-2.0 */
#include "base/threshold.h"

#define THRESHOLD_LEAST 5    /* samples of a population that is to be believed */
#define THRESHOLD_TIMES 8    /* so much slower than the fast hits is no hit */
#define THRESHOLD_FAST  0.05 /* the share of hits that is sure to be fast */

static unsigned threshold_bucket(uint64_t ns)
{
	unsigned power, bucket;

	if (ns < 8)
		return (unsigned)ns;
	power = 63 - (unsigned)__builtin_clzll(ns);
	bucket = (power - 2) * 8 + (unsigned)(ns >> (power - 3) & 7);
	return bucket < THRESHOLD_BUCKETS ? bucket : THRESHOLD_BUCKETS - 1;
}

/* The least value of a bucket. */
static uint64_t threshold_value(unsigned bucket)
{
	return bucket < 8 ? bucket : (UINT64_C(8) + bucket % 8) << (bucket / 8 - 1);
}

void population_add(struct population *p, uint64_t ns)
{
	p->total++;
	p->count[threshold_bucket(ns)]++;
}

void population_merge(struct population *to, const struct population *from)
{
	to->total += from->total;
	for (unsigned i = 0; i < THRESHOLD_BUCKETS; i++)
		to->count[i] += from->count[i];
}

uint64_t population_percentile(const struct population *p, double share)
{
	double rank = share * (double)p->total;
	uint64_t seen = 0;

	for (unsigned i = 0; i < THRESHOLD_BUCKETS; i++) {
		seen += p->count[i];
		if (seen && (double)seen >= rank)
			return threshold_value(i);
	}
	return 0;
}

uint64_t population_above(const struct population *p, uint64_t ns)
{
	uint64_t above = 0;

	for (unsigned i = threshold_bucket(ns); i < THRESHOLD_BUCKETS; i++)
		above += p->count[i];
	return above;
}

uint64_t threshold_between(const struct population *hits, const struct population *misses)
{
	uint64_t hits_above = hits->total, misses_below = 0;
	unsigned first = 0, last = 0;
	double least = 1;

	if (hits->total < THRESHOLD_LEAST || misses->total < THRESHOLD_LEAST)
		return 0;
	for (unsigned i = 0; i < THRESHOLD_BUCKETS; i++) {
		double wrong = (double)hits_above / (double)hits->total +
		               (double)misses_below / (double)misses->total;
		if (wrong < least) {
			least = wrong;
			first = i;
		}
		if (wrong <= least)
			last = i;
		hits_above -= hits->count[i];
		misses_below += misses->count[i];
	}
	/* Buckets are powers: their middle is the geometric one. */
	return least < 1 ? threshold_value((first + last) / 2) : 0;
}

uint64_t threshold_above(const struct population *hits)
{
	return hits->total ? THRESHOLD_TIMES * population_percentile(hits, THRESHOLD_FAST) : 0;
}
