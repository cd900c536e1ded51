/* SPDX-License-Identifier: Apache-2.0
 *
 * How much cache would serve what share of the reads: reuse distances of
 * pages under LRU, from a sample of pages picked by hash. Follows SHARDS
 * (Waldspurger and others, FAST 2015): the rate is lowered as more pages are
 * met, so that memory is fixed. Pages are of 4 KiB.
 */
#ifndef REUSE_H
#define REUSE_H

#include <stdbool.h>
#include <stdint.h>

#define REUSE_PAGE 4096u
#define REUSE_MOST                                                                                 \
	(UINT64_C(1) << 34) /* bytes of a read; no kernel reads more, damaged traces do */

struct reuse;

struct reuse *reuse_new(void);
void reuse_free(struct reuse *reuse);

/* Pages are sampled at a rate of 2^-power, which only grows. */
unsigned reuse_power(const struct reuse *reuse);

/* Pages that a read touches. */
static inline uint64_t reuse_pages(uint64_t offset, uint64_t length)
{
	return length ? (offset + length - 1) / REUSE_PAGE - offset / REUSE_PAGE + 1 : 0;
}

/* Whether a read holds a page of the sample: those that hold none need not be added,
 * only counted. Bytes. Asked a few reads ahead, what is known of the read's pages is
 * brought near. True stays true only as long as the rate does. */
bool reuse_fetch(const struct reuse *reuse, uint32_t file, uint64_t offset, uint64_t length);

/* A read, in order of time. Its pages are to be counted besides. */
void reuse_add(struct reuse *reuse, uint32_t file, uint64_t offset, uint64_t length);
void reuse_count(struct reuse *reuse, uint64_t pages);

/* Share of page reads, 0 to 1, that an LRU cache of so many bytes, empty at
 * first, would not have served; -1 where nothing was read. */
double reuse_miss_ratio(const struct reuse *reuse, double cache_bytes);

/* The smallest cache for which the ratio can be told: at most 1/125 of the
 * pages that were read, each counted once. */
double reuse_least_bytes(const struct reuse *reuse);

/* Bytes of all pages that were read, each once: an estimate, exact as long as
 * the power is 0. And those of all reads, in whole pages. */
double reuse_unique_bytes(const struct reuse *reuse);
double reuse_read_bytes(const struct reuse *reuse);

#endif
