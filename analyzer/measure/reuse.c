/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages are hashed by groups of 64: up to a power of 6 a group's hash says
 * which of its pages are sampled, beyond that whether the group has one at
 * all. So a read of any size costs a hash for each 256 KiB. A page's time of
 * last use stands in a hash table; how many others were used since is asked of
 * the set of these times (recency.h).
 */
#include "measure/reuse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/recency.h"

#define GROUP_POWER 6
#define SLOT_POWER  15
#define SLOTS       (1u << SLOT_POWER)
#define MOST_PAGES  (SLOTS / 2) /* tracked at a time */
#define FINE_POWER  5
#define FINE        (1 << FINE_POWER) /* buckets to each power of two of a distance */
#define BUCKETS     (FINE * 52)
#define MOST_HALVES 0x1p53
#define MOST_POWER  40
/* A distance of fewer pages of the sample is known too badly: a few pages that
 * are used all the time may be in it or not. */
#define SURE_PAGES 64
struct reuse_page {
	uint64_t page;
	uint32_t file, time; /* from 1; 0 = free */
};

struct reuse {
	unsigned power;
	uint32_t live, now;              /* pages tracked; the last time given */
	uint64_t pages;                  /* read */
	uint64_t longest;                /* distance, while all pages are tracked */
	uint64_t cold, weights[BUCKETS]; /* pages read first, and again by distance */
	struct reuse_page slots[SLOTS];
	struct recency recency; /* of the times, less 1 */
};

struct reuse *reuse_new(void)
{
	return memory_get(1, sizeof(struct reuse));
}

void reuse_free(struct reuse *r)
{
	free(r);
}

unsigned reuse_power(const struct reuse *r)
{
	return r->power;
}

static inline uint64_t reuse_hash(uint32_t file, uint64_t group)
{
	uint64_t h = group * UINT64_C(0x9E3779B97F4A7C15) ^ file * UINT64_C(0xC2B2AE3D27D4EB4F);

	h = (h ^ h >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	h = (h ^ h >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	return h ^ h >> 32;
}

/* Whether a group has sampled pages at all. */
static inline bool reuse_group(unsigned power, uint64_t hash)
{
	return power <= GROUP_POWER ||
	       !(hash >> GROUP_POWER & ((UINT64_C(1) << (power - GROUP_POWER)) - 1));
}

/* The first sampled page of a group that is not before page. */
static inline uint64_t reuse_first(unsigned power, uint64_t hash, uint64_t page)
{
	uint64_t step = UINT64_C(1) << (power < GROUP_POWER ? power : GROUP_POWER);

	return page + ((hash - page) & (step - 1));
}

/* Nothing, or more than there can be. */
static bool reuse_none(uint64_t offset, uint64_t length)
{
	return !length || length > REUSE_MOST || length - 1 > UINT64_MAX - offset;
}

/* The first page of the sample that is not before `page` and not behind `last`,
 * or UINT64_MAX. */
static inline uint64_t reuse_next(unsigned power, uint32_t file, uint64_t page, uint64_t last)
{
	for (; page <= last; page = ((page >> GROUP_POWER) + 1) << GROUP_POWER) {
		uint64_t group = page >> GROUP_POWER, hash = reuse_hash(file, group), first;
		if (!reuse_group(power, hash))
			continue;
		first = reuse_first(power, hash, page);
		if (first <= last && first >> GROUP_POWER == group)
			return first;
	}
	return UINT64_MAX;
}

/* Which slots pages are in changes no result: a short hash will do. */
static inline uint64_t reuse_place(uint32_t file, uint64_t page)
{
	uint64_t of_both = page + file * UINT64_C(0xC2B2AE3D27D4EB4F);

	return of_both * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SLOT_POWER);
}

static struct reuse_page *reuse_slot(struct reuse *r, uint32_t file, uint64_t page)
{
	uint64_t at = reuse_place(file, page);

	for (;; at++) {
		struct reuse_page *p = &r->slots[at % SLOTS];
		if (!p->time || (p->page == page && p->file == file))
			return p;
	}
}

/* Gives the pages the times 1, 2, 3... in the order that they have. */
static void reuse_renumber(struct reuse *r)
{
	uint32_t before[RECENCY_WORDS];

	recency_before(&r->recency, before);
	for (uint32_t i = 0; i < SLOTS; i++) {
		struct reuse_page *p = &r->slots[i];
		if (p->time)
			p->time = recency_earlier(&r->recency, before, p->time - 1) + 1;
	}
	recency_number(&r->recency, r->live);
	r->now = r->live;
}

static bool reuse_stays(const struct reuse *r, const struct reuse_page *p)
{
	uint64_t hash = reuse_hash(p->file, p->page >> GROUP_POWER);

	return reuse_group(r->power, hash) && reuse_first(r->power, hash, p->page) == p->page;
}

/* Drops the pages that are no longer sampled; the others find new slots. */
static void reuse_sift(struct reuse *r)
{
	struct reuse_page *kept = memory_get(r->live, sizeof *kept);
	uint32_t count = 0;

	for (uint32_t i = 0; i < SLOTS; i++) {
		const struct reuse_page *p = &r->slots[i];
		if (!p->time)
			continue;
		if (reuse_stays(r, p))
			kept[count++] = *p;
		else
			recency_drop(&r->recency, p->time - 1);
	}
	memset(r->slots, 0, sizeof r->slots);
	for (uint32_t i = 0; i < count; i++)
		*reuse_slot(r, kept[i].file, kept[i].page) = kept[i];
	r->live = count;
	free(kept);
}

static void reuse_thin(struct reuse *r)
{
	r->power++;
	reuse_sift(r);
}

/* Of a distance in half pages, at least 2: FINE buckets to each power of two,
 * equally wide. */
static inline unsigned reuse_bucket(uint64_t halves)
{
	unsigned power = 63 - (unsigned)__builtin_clzll(halves);
	uint64_t within = power >= FINE_POWER ? halves >> (power - FINE_POWER)
	                                      : halves << (FINE_POWER - power);
	unsigned bucket = (power - 1) * FINE + (unsigned)(within & (FINE - 1));

	return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* What distances of a bucket begin at, in pages. */
static double reuse_bucket_from(unsigned bucket)
{
	return ldexp(1 + (double)(bucket % FINE) / FINE, (int)(bucket / FINE));
}

static void reuse_page(struct reuse *r, uint32_t file, uint64_t page)
{
	struct reuse_page *p = reuse_slot(r, file, page);
	uint64_t weight = UINT64_C(1) << r->power;

	if (p->time) {
		uint64_t since =
		        p->time == r->now ? 1 : recency_later(&r->recency, p->time - 1) + 1;
		r->longest = since > r->longest ? since : r->longest;
		/* One page of the sample more or less: between two steps. */
		r->weights[reuse_bucket(2 * since * weight - (r->power ? weight : 0))] += weight;
		if (p->time == r->now)
			return;
		recency_drop(&r->recency, p->time - 1);
	} else {
		r->cold += weight;
		r->live++;
	}
	*p = (struct reuse_page){page, file, ++r->now};
	recency_add(&r->recency, r->now - 1);
	while (r->live > MOST_PAGES && r->power < MOST_POWER)
		reuse_thin(r);
	if (r->now == RECENCY_TIMES)
		reuse_renumber(r);
}

void reuse_add(struct reuse *r, uint32_t file, uint64_t offset, uint64_t length)
{
	uint64_t page = offset / REUSE_PAGE, last = (offset + length - 1) / REUSE_PAGE;

	if (reuse_none(offset, length))
		return;
	for (; page <= last; page = ((page >> GROUP_POWER) + 1) << GROUP_POWER) {
		uint64_t group = page >> GROUP_POWER, hash = reuse_hash(file, group);
		/* The power may grow on the way, and fewer pages follow. */
		for (uint64_t at = page; reuse_group(r->power, hash); at++) {
			at = reuse_first(r->power, hash, at);
			if (at > last || at >> GROUP_POWER != group)
				break;
			reuse_page(r, file, at);
		}
	}
}

/* Pages fetched of one read. */
#define FETCHED 4

bool reuse_fetch(const struct reuse *r, uint32_t file, uint64_t offset, uint64_t length)
{
	uint64_t last = (offset + length - 1) / REUSE_PAGE, page;
	uint64_t step = UINT64_C(1) << (r->power < GROUP_POWER ? r->power : GROUP_POWER);

	if (reuse_none(offset, length))
		return false;
	page = reuse_next(r->power, file, offset / REUSE_PAGE, last);
	if (page == UINT64_MAX)
		return false;
	for (unsigned i = 0; i < FETCHED && page <= last; i++, page += step)
		__builtin_prefetch(&r->slots[reuse_place(file, page)], 1);
	return true;
}

void reuse_count(struct reuse *r, uint64_t pages)
{
	r->pages += pages;
}

double reuse_miss_ratio(const struct reuse *r, double cache_bytes)
{
	double cache = cache_bytes / REUSE_PAGE, missed = (double)r->cold, from, to;
	unsigned bucket;

	if (!r->pages)
		return -1;
	if (cache < 1)
		return 1;
	bucket = reuse_bucket((uint64_t)fmin(2 * cache, MOST_HALVES));
	for (unsigned i = bucket + 1; i < BUCKETS; i++)
		missed += (double)r->weights[i];
	/* The share of the bucket that the cache ends in. All pages counted, distances are
	 * whole, as many pages as a distance has are enough, and none is beyond the longest. */
	from = reuse_bucket_from(bucket);
	to = reuse_bucket_from(bucket + 1);
	if (!r->power) {
		cache = floor(cache) + 1;
		to = fmax(fmin(to, (double)r->longest + 1), from + 0.5);
	}
	missed += (double)r->weights[bucket] * (1 - fmin((cache - from) / (to - from), 1));
	/* What the sample has too few of are pages that are used all the time:
	 * hits. Counts are exact, so they are what is divided by. */
	return fmin(missed / (double)r->pages, 1);
}

double reuse_least_bytes(const struct reuse *r)
{
	return r->power ? SURE_PAGES * exp2(r->power) * REUSE_PAGE : REUSE_PAGE;
}

double reuse_unique_bytes(const struct reuse *r)
{
	return (double)(r->cold < r->pages ? r->cold : r->pages) * REUSE_PAGE;
}

double reuse_read_bytes(const struct reuse *r)
{
	return (double)r->pages * REUSE_PAGE;
}
