/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/hold.h"

#include <stdbool.h>

#include "base/memory.h"
#include "base/wrap.h"

#define HOLDS_MOST 4096u

static bool hold_is_kept(const struct holds *h, const struct hold *one)
{
	return wrap_span(one->start_ns, one->end_ns) >= (int64_t)h->least_ns;
}

/* Until half of the room is free. */
static void holds_thin(struct holds *h)
{
	if (h->least_ns < HOLD_LEAST_NS)
		h->least_ns = HOLD_LEAST_NS;
	while (h->count > HOLDS_MOST / 2 && h->least_ns < INT64_MAX / 2) {
		size_t kept = 0;
		h->least_ns *= 2;
		for (size_t i = 0; i < h->count; i++)
			if (hold_is_kept(h, &h->items[i]))
				h->items[kept++] = h->items[i];
		h->count = kept;
	}
}

void holds_keep(struct holds *h, int64_t start, int64_t end)
{
	if (h->count == HOLDS_MOST)
		holds_thin(h);
	if (h->count == HOLDS_MOST)
		return;
	h->items = memory_grow(h->items, h->count, &h->room, sizeof *h->items);
	h->items[h->count++] = (struct hold){start, end};
}

/* They are in order: the first that ends later than that. */
static size_t holds_find(const struct holds *h, int64_t time)
{
	size_t low = 0, high = h->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (h->items[middle].end_ns > time)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

double holds_between(const struct holds *h, int64_t from, int64_t to)
{
	double seconds = 0;

	for (size_t i = holds_find(h, from); i < h->count && h->items[i].start_ns < to; i++) {
		const struct hold *one = &h->items[i];
		int64_t begin = one->start_ns > from ? one->start_ns : from,
		        end = one->end_ns < to ? one->end_ns : to;
		seconds += begin < end ? wrap_seconds(begin, end) : 0;
	}
	return seconds;
}
