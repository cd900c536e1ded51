/* SPDX-License-Identifier: Apache-2.0
 *
 * Merging by pairs of lists, level by level: the compare has no branch that
 * could be guessed wrong, which a heap would have in each step.
 */
#include "read/spans.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void spans_more(struct spans *spans)
{
	spans->items = memory_grow(spans->items, spans->count, &spans->room, sizeof *spans->items);
}

void spans_free(struct spans *spans)
{
	free(spans->items);
	*spans = (struct spans){0};
}

void spans_reserve(struct spans *spans, size_t count)
{
	if (spans->room >= count)
		return;
	free(spans->items);
	spans->items = memory_get(count, sizeof *spans->items);
	spans->room = count;
}

/* Merges n items of a and m of b. */
static void spans_pair(struct span *restrict to, const struct span *a, size_t n,
                       const struct span *b, size_t m)
{
	const struct span *a_end = a + n, *b_end = b + m;

	while (a < a_end && b < b_end) {
		size_t second = b->start < a->start;
		const struct span *from = second ? b : a;
		*to++ = *from;
		b += second;
		a += 1 - second;
	}
	memcpy(to, a, (size_t)(a_end - a) * sizeof *to);
	if (b < b_end) /* else there may be no list */
		memcpy(to + (a_end - a), b, (size_t)(b_end - b) * sizeof *to);
}

/* The lists merged by pairs, one pair behind the other; ends[i] is where pair i
 * ends. */
static size_t spans_pairs(struct spans *to, struct spans *const *lists, size_t count, size_t *ends)
{
	struct spans *one = NULL;
	size_t runs = 0;

	to->count = 0;
	for (size_t i = 0; i <= count; i++) {
		struct spans *other = i < count ? lists[i] : &(struct spans){0};
		if (i < count && !other->count)
			continue;
		if (i < count && !one) {
			one = other;
			continue;
		}
		if (!one)
			break;
		spans_pair(to->items + to->count, one->items, one->count, other->items,
		           other->count);
		to->count += one->count + other->count;
		ends[runs++] = to->count;
		one = NULL;
	}
	return runs;
}

static size_t spans_level(struct spans *to, const struct spans *from, size_t *ends, size_t runs)
{
	size_t begin = 0, made = 0;

	for (size_t i = 0; i < runs; i += 2) {
		size_t middle = ends[i], end = i + 1 < runs ? ends[i + 1] : middle;
		spans_pair(to->items + begin, from->items + begin, middle - begin,
		           from->items + middle, end - middle);
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

const struct spans *spans_merge(struct spans *to, struct spans *work, struct spans *const *lists,
                                size_t count)
{
	size_t total = 0, runs, *ends;

	for (size_t i = 0; i < count; i++)
		total += lists[i]->count;
	to->count = 0;
	if (!total)
		return to;
	for (size_t i = 0; i < count; i++)
		if (lists[i]->count == total)
			return lists[i];
	spans_reserve(to, total);
	spans_reserve(work, total);
	ends = memory_get(count, sizeof *ends);
	runs = spans_pairs(to, lists, count, ends);
	while (runs > 1) {
		runs = spans_level(work, to, ends, runs);
		spans_exchange(to, work);
	}
	free(ends);
	return to;
}

size_t spans_find(const struct spans *spans, size_t low, int64_t time)
{
	size_t high = spans->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (spans->items[middle].start < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
