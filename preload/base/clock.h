/* SPDX-License-Identifier: Apache-2.0
 *
 * The time of events: ticks while a call runs, nanoseconds of CLOCK_MONOTONIC
 * in its event. Ticks are the CPU's time stamp counter where the kernel itself
 * keeps time by it, else nanoseconds already. The counter is held against the
 * clock at least every 0.1 s, so that times agree between processes to well
 * below a microsecond. Signal-safe, any thread, keeps errno.
 */
#ifndef PRELOAD_CLOCK_H
#define PRELOAD_CLOCK_H

#include <stdint.h>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

/* A moment on both clocks and how the one runs against the other. */
struct clock_pair {
	uint64_t ticks;
	uint64_t ns;
	uint64_t rate;  /* nanoseconds a tick, times 2^32 */
	uint64_t until; /* ticks; from then on a new pair is due */
};

extern const struct clock_pair *clock_pair HIDDEN; /* the latest; atomic */
extern int clock_counts HIDDEN;                    /* ticks are the CPU's counter */

/* Finds out whether the counter can be used. Once, early; what it needs to
 * know of the counter's rate it learns until clock_begin. */
void clock_prepare(void);
void clock_begin(void);

/* In a forked child, whose parent may have been renewing. */
void clock_forget(void);

/* Holds the two clocks against each other again. */
const struct clock_pair *clock_renew(const struct clock_pair *old);

static inline uint64_t clock_of(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t clock_ticks(void)
{
#if defined(__x86_64__)
	if (__builtin_expect(clock_counts, 1))
		return __rdtsc();
#endif
	return clock_of(CLOCK_MONOTONIC);
}

/* Nanoseconds of `ticks` ticks of a pair's rate; negative ones too. */
static inline uint64_t clock_span(const struct clock_pair *pair, uint64_t ticks)
{
	return (uint64_t)((__int128)(int64_t)ticks * (int64_t)pair->rate >> 32);
}

/* The pair to turn ticks around `now` into nanoseconds with. */
static inline const struct clock_pair *clock_at(uint64_t now)
{
	const struct clock_pair *pair = __atomic_load_n(&clock_pair, __ATOMIC_ACQUIRE);
	return __builtin_expect(now >= pair->until, 0) ? clock_renew(pair) : pair;
}

static inline uint64_t clock_ns(const struct clock_pair *pair, uint64_t ticks)
{
	return pair->ns + clock_span(pair, ticks - pair->ticks);
}

#endif
