/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a read's data was in the page cache, found out for a few reads only:
 * a sample costs hundreds of nanoseconds. What the samples say of latencies
 * tells the rest, and that is the reader's work. Samples are paid from a
 * budget: each thread's first few, then one nanosecond a read and 1/256 of the
 * time that reads take. Nothing here ever causes I/O.
 */
#ifndef PRELOAD_SAMPLE_H
#define PRELOAD_SAMPLE_H

#include <stdbool.h>

#include "fd.h"
#include "thread.h"

enum sample_kind {
	SAMPLE_NONE = 0,
	SAMPLE_PAGES,  /* cachestat's count of the range before the read */
	SAMPLE_BLOCKS, /* getrusage's count of blocks before the read */
};

struct sample {
	uint64_t count; /* pages or blocks */
	int64_t offset;
	enum sample_kind kind;
};

#define SAMPLE_FIRST_NS 8192 /* that a thread may spend before any are earned */

/* Whether the budget of the calling thread allows a sample. */
static inline bool sample_due(void)
{
	return thread_self.sample_debt <= SAMPLE_FIRST_NS;
}

/* A read took so long: that earns time for samples. */
static inline void sample_earn(uint64_t read_ns)
{
	uint64_t earned = 1 + (read_ns >> 8), debt = thread_self.sample_debt;
	thread_self.sample_debt = debt > earned ? debt - earned : 0;
}

/* Before a read of `size` bytes at `offset` (-1 where it is not known). */
struct sample sample_before(int fd, const struct fd *known, int64_t offset, uint64_t size);

/* After it: the flags of its event. `returned` is its result. */
uint8_t sample_after(const struct sample *sample, int64_t returned);

/* What a sample cost. */
static inline void sample_pay(uint64_t ns)
{
	thread_self.sample_debt += ns;
}

#endif
