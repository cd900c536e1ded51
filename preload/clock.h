/* SPDX-License-Identifier: Apache-2.0
 *
 * The time of events: CLOCK_MONOTONIC in nanoseconds, comparable between all
 * processes of a boot. Never 0. Signal-safe, keeps errno.
 */
#ifndef PRELOAD_CLOCK_H
#define PRELOAD_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_of(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t clock_now(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

#endif
