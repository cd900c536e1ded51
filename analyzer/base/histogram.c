/* SPDX-License-Identifier: Apache-2.0
 *
 * Log-linear buckets, as HDR histograms have them.
 */
#include "base/histogram.h"

#include <math.h>

/* The middle of a bucket's values. */
static uint64_t histogram_value(unsigned bucket)
{
	unsigned power = bucket / 64 + 5;
	uint64_t low;

	if (bucket < 64)
		return bucket;
	low = (UINT64_C(64) + bucket % 64) << (power - 6);
	return low + ((UINT64_C(1) << (power - 6)) - 1) / 2;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	if (!from->total)
		return;
	if (from->beneath > to->beneath)
		to->beneath = from->beneath;
	if (from->max > to->max)
		to->max = from->max;
	to->total += from->total;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->count[i] += from->count[i];
}

uint64_t histogram_percentile(const struct histogram *h, double share)
{
	uint64_t rank = (uint64_t)ceil(share * (double)h->total), seen = 0;
	unsigned i = 0;
	uint64_t value;

	if (!h->total)
		return 0;
	if (rank < 1)
		rank = 1;
	for (; i < HISTOGRAM_BUCKETS - 1; i++) {
		seen += h->count[i];
		if (seen >= rank)
			break;
	}
	value = histogram_value(i);
	if (value < histogram_min(h))
		return histogram_min(h);
	return value > h->max ? h->max : value;
}
