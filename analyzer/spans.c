/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging by pairs of lists, level by level: the compare has no branch that
 * could be guessed wrong, which a heap would have in each step.
 */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

void spans_more(struct spans *spans)
{
	spans->items = memory_grow(spans->items, spans->count, &spans->room, sizeof *spans->items);
}

void spans_free(struct spans *spans)
{
	free(spans->items);
	*spans = (struct spans){0};
}

static void spans_reserve(struct spans *spans, size_t count)
{
	if (spans->room >= count)
		return;
	free(spans->items);
	spans->items = memory_get(count, sizeof *spans->items);
	spans->room = count;
}

/* a holds n items, m more follow them. */
static void spans_pair(struct span *restrict to, const struct span *a, size_t n, size_t m)
{
	const struct span *b = a + n, *a_end = b, *b_end = b + m;

	while (a < a_end && b < b_end) {
		size_t second = b->start < a->start;
		const struct span *from = second ? b : a;
		*to++ = *from;
		b += second;
		a += 1 - second;
	}
	memcpy(to, a, (size_t)(a_end - a) * sizeof *to);
	memcpy(to + (a_end - a), b, (size_t)(b_end - b) * sizeof *to);
}

/* The lists' items one behind the other; ends[i] is where run i ends. */
static size_t spans_join(struct spans *to, struct spans *const *lists, size_t count, size_t *ends)
{
	size_t runs = 0;

	to->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (!lists[i]->count)
			continue;
		memcpy(to->items + to->count, lists[i]->items, lists[i]->count * sizeof *to->items);
		to->count += lists[i]->count;
		ends[runs++] = to->count;
		lists[i]->count = 0;
	}
	return runs;
}

static size_t spans_level(struct spans *to, const struct spans *from, size_t *ends, size_t runs)
{
	size_t begin = 0, made = 0;

	for (size_t i = 0; i < runs; i += 2) {
		size_t middle = ends[i], end = i + 1 < runs ? ends[i + 1] : middle;
		spans_pair(to->items + begin, from->items + begin, middle - begin, end - middle);
		ends[made++] = begin = end;
	}
	to->count = from->count;
	return made;
}

static void spans_exchange(struct spans *one, struct spans *other)
{
	struct spans was = *one;

	*one = *other;
	*other = was;
}

void spans_merge(struct spans *to, struct spans *work, struct spans *const *lists, size_t count)
{
	size_t total = 0, runs, *ends;

	for (size_t i = 0; i < count; i++)
		total += lists[i]->count;
	to->count = 0;
	if (!total)
		return;
	for (size_t i = 0; i < count; i++)
		if (lists[i]->count == total) {
			spans_exchange(to, lists[i]);
			return;
		}
	spans_reserve(to, total);
	spans_reserve(work, total);
	ends = memory_get(count, sizeof *ends);
	runs = spans_join(to, lists, count, ends);
	while (runs > 1) {
		runs = spans_level(work, to, ends, runs);
		spans_exchange(to, work);
	}
	free(ends);
}

/* The first item that starts then or later. */
static size_t spans_find(const struct spans *spans, int64_t time)
{
	size_t low = 0, high = spans->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (spans->items[middle].start < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void spans_move_later(struct spans *spans, struct spans *to, int64_t time)
{
	size_t from = spans_find(spans, time);

	for (size_t i = from; i < spans->count; i++)
		spans_add(to, spans->items[i]);
	spans->count = from;
}
