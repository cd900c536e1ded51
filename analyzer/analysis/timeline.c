/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/timeline.h"

#include <stdlib.h>

#include "base/memory.h"

#define FIRST_WIDTH_NS 10000000

static void timeline_double(struct timeline *t)
{
	for (int k = 0; k < TIMELINE_KINDS; k++)
		for (int i = 0; t->ns[k] && i < TIMELINE_WINDOWS; i++)
			t->ns[k][i] = i < TIMELINE_WINDOWS / 2
			                      ? t->ns[k][2 * i] + t->ns[k][2 * i + 1]
			                      : 0;
	t->width_ns *= 2;
	t->from_ns = t->to_ns = 0;
}

void timeline_spread(struct timeline *t, enum timeline_kind kind, int64_t start, int64_t end)
{
	if (start > INT64_MAX / 2 || end > INT64_MAX / 2 || start < INT64_MIN / 2)
		return;
	if (!t->width_ns) {
		t->origin_ns = start;
		t->width_ns = FIRST_WIDTH_NS;
	}
	if (start < t->origin_ns)
		start = t->origin_ns;
	if (end <= start || (uint64_t)end - (uint64_t)t->origin_ns > INT64_MAX / 4)
		return;
	if (!t->ns[kind])
		t->ns[kind] = memory_get(TIMELINE_WINDOWS, sizeof *t->ns[kind]);
	while ((end - t->origin_ns) / t->width_ns >= TIMELINE_WINDOWS)
		timeline_double(t);
	for (int64_t i = (start - t->origin_ns) / t->width_ns; start < end; i++) {
		int64_t next = t->origin_ns + (i + 1) * t->width_ns;
		t->window = (uint32_t)i;
		t->from_ns = next - t->width_ns;
		t->to_ns = next;
		next = next < end ? next : end;
		t->ns[kind][i] += (uint64_t)(next - start);
		start = next;
	}
}

void timeline_free(struct timeline *t)
{
	for (int k = 0; t && k < TIMELINE_KINDS; k++)
		free(t->ns[k]);
}

double timeline_between(const struct timeline *t, enum timeline_kind kind, int64_t from, int64_t to)
{
	double sum = 0, width = (double)t->width_ns;

	for (int i = 0; t->width_ns && t->ns[kind] && i < TIMELINE_WINDOWS; i++) {
		double begin = (double)t->origin_ns - (double)from + i * width, end = begin + width;
		double limit = (double)to - (double)from;
		begin = begin < 0 ? 0 : begin;
		end = end > limit ? limit : end;
		if (end > begin)
			sum += (double)t->ns[kind][i] * (end - begin) / width;
	}
	return sum / 1e9;
}
