/* SPDX-License-Identifier: Apache-2.0
 *
 * The latency that parts two populations: hits of the page cache and reads
 * that waited.
 */
#ifndef THRESHOLD_H
#define THRESHOLD_H

#include <stdint.h>

#define THRESHOLD_BUCKETS 320 /* eight to each power of two ns, up to 18 minutes */

struct population {
	uint64_t total;
	uint32_t count[THRESHOLD_BUCKETS];
};

void population_add(struct population *population, uint64_t ns);

void population_merge(struct population *to, const struct population *from);

/* The value that a share (0 to 1) of the population does not exceed. */
uint64_t population_percentile(const struct population *population, double share);

/* Values at or above ns. */
uint64_t population_above(const struct population *population, uint64_t ns);

/* The threshold with the least sum of both error rates, in the middle of its
 * range; 0 where either population is too small to tell. */
uint64_t threshold_between(const struct population *hits, const struct population *misses);

/* The threshold that the hits alone suggest: memory is fast and regular, and
 * the slow ones of them found their pages on the way. 0 without hits. */
uint64_t threshold_above(const struct population *hits);

#endif
