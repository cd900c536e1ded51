/* SPDX-License-Identifier: Apache-2.0
 *
 * Page cache or storage: what each read waited for. Where the writer found out
 * whether the thread waited at all, that tells. Else its latency does: the writer
 * looked into the cache before a few reads; from those a threshold is learnt for
 * each device and size class. A read that waited for pages which an earlier one
 * had begun to fetch waited for storage.
 */
#ifndef CACHE_H
#define CACHE_H

#include "measure/events.h"
#include "measure/learnt.h"
#include "read/mounts.h"

enum cache_answer {
	CACHE_NONE = 0, /* no question: no data, or no file with a storage behind it */
	CACHE_UNKNOWN,
	CACHE_HIT,
	CACHE_STORAGE,
	CACHE_ANSWERS
};

struct cache;

struct cache_sums {
	uint64_t ops[CACHE_ANSWERS], bytes[CACHE_ANSWERS];
	uint64_t accuracy; /* summed over questions, in 2^-32: adds up in any order */
};

/* A data read as the cache sees it. */
struct cache_read {
	const struct process *process;
	uint32_t file; /* index in the process's files */
	uint8_t flags;
	const struct call *call;
	uint64_t duration_ns;
	int64_t result;
};

struct cache *cache_new(const struct recording *recording, const struct mounts *mounts);

/* An empty one for another thread to learn in, and what it learnt: frees it. */
struct cache *cache_like(const struct cache *cache);
void cache_move(struct cache *to, struct cache *from);

/* First all samples, then cache_fit, then questions. */
void cache_learn(struct cache *cache, const struct cache_read *read);
void cache_fit(struct cache *cache);
enum cache_answer cache_of(const struct cache *cache, const struct cache_read *read,
                           double *accuracy);

void cache_sums_merge(struct cache_sums *to, const struct cache_sums *from);

/* Counts the reads among the events, to the sums of their stages. */
void cache_add(const struct cache *cache, struct events *events,
               struct cache_sums *const sums[AIOT_STAGES]);

/* The share of right answers to be expected; unanswered is not right. */
double cache_confidence(const struct cache_sums *sums);

/* The models with a sample, NULL behind the last. */
const struct learnt_model *cache_models(const struct cache *cache, size_t number);

const char *cache_word(enum cache_answer answer);

void cache_free(struct cache *cache);

#endif
