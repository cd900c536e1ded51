/* SPDX-License-Identifier: Apache-2.0
 *
 * A sweep over starts and ends. What is under way is as much as there are threads
 * and queue slots, nearly always little, and ends about in the order in which it
 * began: few ends are kept sorted, which is a heap, too, when they become many.
 */
#include "measure/depth.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define DEPTH_SORTED 32u /* ends at most */
#define DEPTH_ROOM   256u

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

/* Of the exact kinds the sum follows from the times: depth_finish. */
static void depth_pass(struct depth *f, int64_t until)
{
	uint64_t ns = (uint64_t)until - (uint64_t)f->now_ns;

	f->time_ns[depth_kind(f->count)] += ns;
	if (f->count >= DEPTH_EXACT)
		f->sum_ns += (unsigned __int128)ns * f->count;
	f->now_ns = until;
}

static void depth_heap_pop(struct depth *f)
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
	f->heap = f->count;
}

static void depth_pop(struct depth *f)
{
	if (f->heap) {
		depth_heap_pop(f);
		return;
	}
	f->first++;
	f->count--;
}

static void depth_heap_push(struct depth *f, int64_t end)
{
	size_t i = f->count;

	if (f->count == DEPTH_MOST)
		return;
	f->ends = memory_grow(f->ends, f->count++, &f->room, sizeof *f->ends);
	for (; i && f->ends[(i - 1) / 2] > end; i = (i - 1) / 2)
		f->ends[i] = f->ends[(i - 1) / 2];
	f->ends[i] = end;
}

/* Brings the ends to the beginning of their room. */
static void depth_settle(struct depth *f)
{
	if (f->first)
		memmove(f->ends, f->ends + f->first, f->count * sizeof *f->ends);
	f->first = 0;
}

static void depth_push(struct depth *f, int64_t end)
{
	size_t i;

	if (f->heap || f->count == DEPTH_SORTED) {
		depth_settle(f);
		f->heap = true;
		depth_heap_push(f, end);
		return;
	}
	if (f->first + f->count == f->room)
		depth_settle(f);
	i = f->first + f->count++;
	for (; i > f->first && f->ends[i - 1] > end; i--)
		f->ends[i] = f->ends[i - 1];
	f->ends[i] = end;
}

static void depth_until(struct depth *f, int64_t time)
{
	while (f->count && f->ends[f->first] <= time) {
		depth_pass(f, f->ends[f->first]);
		depth_pop(f);
	}
}

void depth_add(struct depth *f, int64_t start, int64_t end)
{
	if (!f->ends) {
		f->ends = memory_get(DEPTH_ROOM, sizeof *f->ends);
		f->room = DEPTH_ROOM;
		f->now_ns = start;
	}
	/* Times of a damaged or lying trace. */
	if (start < f->now_ns || (uint64_t)start - (uint64_t)f->now_ns > INT64_MAX / 4)
		start = f->now_ns;
	if (end < start || (uint64_t)end - (uint64_t)start > INT64_MAX / 4)
		end = start;
	depth_until(f, start);
	depth_pass(f, start);
	depth_push(f, end);
	f->most = f->count > f->most ? f->count : f->most;
}

/* As long as few are under way; returns how many were added. What changes from
 * one to the next stays in registers. */
static size_t depth_run(struct depth *f, const struct span *spans, size_t count)
{
	size_t first = f->first, behind = first + f->count, most = f->most, n = 0;
	int64_t now = f->now_ns, *ends = f->ends;

	for (; n < count && behind < f->room; n++) {
		int64_t start = spans[n].start, end = spans[n].end;
		size_t i;
		if (start < now || end < start || (uint64_t)end - (uint64_t)now > INT64_MAX / 4)
			break;
		while (first < behind && ends[first] <= start) {
			f->time_ns[behind - first] += (uint64_t)ends[first] - (uint64_t)now;
			now = ends[first++];
		}
		if (behind - first >= DEPTH_EXACT - 1)
			break;
		f->time_ns[behind - first] += (uint64_t)start - (uint64_t)now;
		now = start;
		for (i = behind++; i > first && ends[i - 1] > end; i--)
			ends[i] = ends[i - 1];
		ends[i] = end;
		most = behind - first > most ? behind - first : most;
	}
	f->first = first;
	f->count = behind - first;
	f->most = most;
	f->now_ns = now;
	return n;
}

void depth_add_spans(struct depth *f, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (f->ends && !f->heap && f->count < DEPTH_EXACT)
			i += depth_run(f, spans + i, count - i);
		if (i < count)
			depth_add(f, spans[i].start, spans[i].end);
	}
}

void depth_finish(struct depth *f)
{
	depth_until(f, INT64_MAX);
	for (unsigned i = 1; i < DEPTH_EXACT; i++)
		f->sum_ns += (unsigned __int128)f->time_ns[i] * i;
	free(f->ends);
	f->ends = NULL;
	f->first = f->room = 0;
}

double depth_mean(const struct depth *f)
{
	double busy = 0;

	for (int i = 1; i < DEPTH_KINDS; i++)
		busy += (double)f->time_ns[i];
	return busy > 0 ? (double)f->sum_ns / busy : 0;
}
