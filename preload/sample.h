/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a read waited for storage. A thread that stayed on its processor did
 * not: told for nothing (away.h). One that left it is counted, and a few of all
 * reads are looked at before, to hold the rest against, and their descriptors with them
 * (stale.h): such looks cost hundreds of nanoseconds and are paid from a budget. A thread has its
 * first few; then one nanosecond a read and 1/256 of the time that reads take, 1/64 of those that
 * waited. Nothing here ever causes I/O. What the looks say of latencies tells the
 * rest, and that is the reader's work.
 */
#ifndef PRELOAD_SAMPLE_H
#define PRELOAD_SAMPLE_H

#include <stdbool.h>

#include "away.h"
#include "file/fd.h"
#include "thread.h"

enum sample_kind {
	SAMPLE_NONE = 0,
	SAMPLE_PAGES,  /* cachestat's count of the range before the read */
	SAMPLE_COUNTS, /* what the thread waited and fetched was counted before */
};

struct sample {
	uint64_t armed; /* the word of away.h before the read; SAMPLE_LOOKED: below */
	uint64_t before;
	uint64_t pages;
	int64_t offset;
	enum sample_kind kind;
};

#define SAMPLE_LOOKED   2u /* no word is that: a look after the read is due */

#define SAMPLE_FIRST_NS 8192   /* that a thread may spend before any are earned */
#define SAMPLE_MOST_NS  65536  /* likewise, on reads that it left its processor in, or slow ones */
#define SAMPLE_COSTS_NS 4096   /* at most */
#define SAMPLE_SLOW_NS  16384u /* a read that may have waited where nothing is told */

/* Whether the budget of the calling thread allows a sample. */
static inline bool sample_due(void)
{
	return thread_self.sample_debt <= SAMPLE_FIRST_NS;
}

/* Whether there is something to do before a read. */
static inline bool sample_begins(void)
{
	return __builtin_expect(sample_due() || !away_not(), 0);
}

static inline void sample_earn(uint64_t ns)
{
	uint64_t debt = thread_self.sample_debt;
	thread_self.sample_debt = debt > ns ? debt - ns : 0;
}

/* Before a read of `size` bytes at `offset` (-1 where it is not known). Returns
 * false if it took no time worth telling. */
bool sample_before(struct sample *sample, int fd, const struct fd *known, int64_t offset,
                   uint64_t size);

/* Whether there is something to do after a read that took so long. */
static inline bool sample_ends(const struct sample *sample, uint64_t read_ns)
{
	sample_earn(1 + (read_ns >> 8));
	return __builtin_expect(away_word() != sample->armed || read_ns >= SAMPLE_SLOW_NS, 0);
}

/* After it: the flags of its event. `offset` (-1 where it is not known) and
 * `returned`, its result, are where it was. */
uint8_t sample_after(const struct sample *sample, struct description *held, int64_t offset,
                     uint64_t read_ns, int64_t returned);

/* What a sample cost by the clock; not that the processor was taken away. */
static inline void sample_pay(uint64_t ns)
{
	thread_self.sample_debt += ns < SAMPLE_COSTS_NS ? ns : SAMPLE_COSTS_NS;
}

#endif
