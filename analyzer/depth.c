/* SPDX-License-Identifier: Apache-2.0
 *
 * A sweep over starts and ends. The heap holds the ends of what is under way,
 * which is as many as there are threads and queue slots: nearly always few.
 */
#include "depth.h"

#include <stdlib.h>

#include "memory.h"

static unsigned depth_kind(size_t count)
{
	unsigned kind;

	if (count < DEPTH_EXACT)
		return (unsigned)count;
	kind = DEPTH_EXACT + 63 - (unsigned)__builtin_clzll(count / DEPTH_EXACT);
	return kind < DEPTH_KINDS ? kind : DEPTH_KINDS - 1;
}

size_t depth_least(unsigned kind)
{
	return kind < DEPTH_EXACT ? kind : (size_t)DEPTH_EXACT << (kind - DEPTH_EXACT);
}

static void depth_pass(struct depth *f, int64_t until)
{
	uint64_t ns = (uint64_t)until - (uint64_t)f->now_ns;

	f->time_ns[depth_kind(f->count)] += ns;
	f->sum_ns += (unsigned __int128)ns * f->count;
	f->now_ns = until;
}

static void depth_pop(struct depth *f)
{
	int64_t last = f->ends[--f->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < f->count) {
		child += child + 1 < f->count && f->ends[child + 1] < f->ends[child];
		if (f->ends[child] >= last)
			break;
		f->ends[i] = f->ends[child];
		i = child;
	}
	f->ends[i] = last;
}

static void depth_push(struct depth *f, int64_t end)
{
	size_t i = f->count;

	if (f->count == DEPTH_MOST)
		return;
	f->ends = memory_grow(f->ends, f->count++, &f->room, sizeof *f->ends);
	for (; i && f->ends[(i - 1) / 2] > end; i = (i - 1) / 2)
		f->ends[i] = f->ends[(i - 1) / 2];
	f->ends[i] = end;
}

static void depth_until(struct depth *f, int64_t time)
{
	while (f->count && f->ends[0] <= time) {
		depth_pass(f, f->ends[0]);
		depth_pop(f);
	}
}

/* The only operation under way ends before the next one begins: so it is all
 * the time where one thread reads and writes. */
static inline void depth_replace(struct depth *f, int64_t start, int64_t end)
{
	uint64_t busy = (uint64_t)f->ends[0] - (uint64_t)f->now_ns;

	f->time_ns[1] += busy;
	f->sum_ns += busy;
	f->time_ns[0] += (uint64_t)start - (uint64_t)f->ends[0];
	f->now_ns = start;
	f->ends[0] = end;
}

void depth_add(struct depth *f, int64_t start, int64_t end)
{
	if (!f->ends)
		f->now_ns = start;
	/* Times of a damaged or lying trace. */
	if (start < f->now_ns || (uint64_t)start - (uint64_t)f->now_ns > INT64_MAX / 4)
		start = f->now_ns;
	if (end < start || (uint64_t)end - (uint64_t)start > INT64_MAX / 4)
		end = start;
	if (f->count == 1 && f->ends && f->ends[0] <= start) {
		depth_replace(f, start, end);
		return;
	}
	depth_until(f, start);
	depth_pass(f, start);
	depth_push(f, end);
	f->most = f->count > f->most ? f->count : f->most;
}

void depth_finish(struct depth *f)
{
	depth_until(f, INT64_MAX);
	free(f->ends);
	f->ends = NULL;
	f->room = 0;
}

double depth_mean(const struct depth *f)
{
	double busy = 0;

	for (int i = 1; i < DEPTH_KINDS; i++)
		busy += (double)f->time_ns[i];
	return busy > 0 ? (double)f->sum_ns / busy : 0;
}
