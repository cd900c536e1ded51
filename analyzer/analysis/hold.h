/* SPDX-License-Identifier: Apache-2.0
 *
 * When a main thread waited for locks, threads and children: the longest such waits, one by
 * one, for what is asked of moments that are much shorter than a timeline's windows.
 */
#ifndef HOLD_H
#define HOLD_H

#include <stddef.h>
#include <stdint.h>

struct hold {
	int64_t start_ns, end_ns;
};

struct holds {
	struct hold *items; /* none overlaps another: one thread waits for one thing */
	size_t count, room;
	uint64_t least_ns; /* shorter ones are left out */
};

#define HOLD_LEAST_NS 1000000u

void holds_keep(struct holds *holds, int64_t start_ns, int64_t end_ns);

/* Memory is bounded: the more there are, the longer are those that are kept. */
static inline void holds_add(struct holds *holds, int64_t start_ns, int64_t end_ns,
                             uint64_t duration_ns)
{
	if (duration_ns >= HOLD_LEAST_NS && duration_ns >= holds->least_ns)
		holds_keep(holds, start_ns, end_ns);
}

/* Seconds of them between two times. */
double holds_between(const struct holds *holds, int64_t from_ns, int64_t to_ns);

#endif
