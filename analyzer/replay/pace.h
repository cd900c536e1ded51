/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting until a point in time, to the microsecond: asleep as long as waking
 * may take, then spinning. Each thread has its own.
 */
#ifndef REPLAY_PACE_H
#define REPLAY_PACE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct pace {
	uint64_t early_ns; /* how long before the time to wake */
	bool crowded;      /* there are more threads than processors */
	bool first;        /* before all other programs, see pace.c */
	bool refused;      /* by the kernel, or not asked for */
	uint64_t looked_ns, used_ns;
};

static inline uint64_t pace_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void pace_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#else
	__asm__ volatile("" ::: "memory");
#endif
}

/* Once in a thread, before its first wait. The thread is given the processor before
 * others, as far as it may; alone, where no other thread works for it. */
void pace_begin(struct pace *pace, bool alone);

/* A moment in which there is nothing to do; other threads of the replay may run. */
void pace_idle(const struct pace *pace);

/* Returns at that time of CLOCK_MONOTONIC, at once if it has passed, or within
 * 0.1 s of *stop becoming true. */
void pace_until(struct pace *pace, uint64_t time_ns, const bool *stop);

#endif
