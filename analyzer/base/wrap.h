/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums of numbers that a trace states. A damaged or lying one may hold any
 * value: such a sum wraps, and must not be undefined.
 */
#ifndef WRAP_H
#define WRAP_H

#include <stdint.h>

static inline int64_t wrap_add(uint64_t a, uint64_t b)
{
	return (int64_t)(a + b);
}

static inline int64_t wrap_subtract(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b);
}

/* From one time to another. */
static inline int64_t wrap_span(int64_t from, int64_t to)
{
	return wrap_subtract((uint64_t)to, (uint64_t)from);
}

static inline double wrap_seconds(int64_t from, int64_t to)
{
	return (double)wrap_span(from, to) / 1e9;
}

#endif
