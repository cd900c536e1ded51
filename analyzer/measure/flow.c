/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void flow_sum(struct flow_window *to, const struct flow_window *from)
{
	for (int i = 0; i < 2; i++) {
		to->bytes[i] += from->bytes[i];
		to->ops[i] += from->ops[i];
	}
	to->busy_ns += from->busy_ns;
}

static void flow_double(struct flow *f)
{
	static const struct flow_window none;

	for (uint32_t i = 0; i < FLOW_WINDOWS; i++) {
		struct flow_window both = i < FLOW_WINDOWS / 2 ? f->windows[2 * i] : none;
		if (i < FLOW_WINDOWS / 2)
			flow_sum(&both, &f->windows[2 * i + 1]);
		f->windows[i] = both;
	}
	f->used = (f->used + 1) / 2;
	f->last /= 2;
	f->width_ns *= 2;
}

static void flow_begin(struct flow *f, int64_t origin)
{
	f->windows = memory_get(FLOW_WINDOWS, sizeof *f->windows);
	f->origin_ns = origin;
	f->width_ns = FLOW_WIDTH_NS;
}

/* Operations come in order: most fall into the window of the last one. */
static uint32_t flow_window(struct flow *f, int64_t since)
{
	int64_t from = f->last * f->width_ns;

	if (since < from || since - from >= f->width_ns)
		f->last = (uint32_t)(since / f->width_ns);
	return f->last;
}

static void flow_spread(struct flow *f, uint32_t first, int64_t start, int64_t end, double bytes,
                        bool write)
{
	double whole = (double)(end - start);
	uint32_t i = first;

	for (; start < end; i++) {
		int64_t next = (int64_t)(i + 1) * f->width_ns, part;
		next = next < end ? next : end;
		part = next - start;
		f->windows[i].bytes[write] += bytes * ((double)part / whole);
		f->windows[i].busy_ns += (double)part;
		start = next;
	}
	f->used = i > f->used ? i : f->used;
}

void flow_add(struct flow *f, int64_t origin, int64_t start, int64_t end, uint64_t bytes,
              bool write)
{
	uint32_t first;

	if (!f->width_ns)
		flow_begin(f, origin);
	/* Times of a damaged or lying trace. */
	if (start < f->origin_ns)
		start = f->origin_ns;
	if ((uint64_t)start - (uint64_t)f->origin_ns > INT64_MAX / 4)
		return;
	if (end < start || (uint64_t)end - (uint64_t)start > INT64_MAX / 4)
		end = start;
	start -= f->origin_ns;
	end -= f->origin_ns;
	while (end / f->width_ns >= FLOW_WINDOWS)
		flow_double(f);
	first = flow_window(f, start);
	f->windows[first].ops[write]++;
	f->used = first + 1 > f->used ? first + 1 : f->used;
	if (start < end)
		flow_spread(f, first, start, end, (double)bytes, write);
	else
		f->windows[first].bytes[write] += (double)bytes;
}

void flow_add_run(struct flow *f, const struct flow_run *run)
{
	for (int i = 0; i < 2; i++) {
		f->pending_bytes[i] += run->bytes[i];
		f->pending_ops[i] += run->ops[i];
	}
	f->pending_busy_ns += run->busy_ns;
}

void flow_settle(struct flow *f)
{
	struct flow_window *w = &f->windows[f->last];

	if (!(f->pending_ops[0] + f->pending_ops[1]))
		return;
	for (int i = 0; i < 2; i++) {
		w->bytes[i] += (double)f->pending_bytes[i];
		w->ops[i] += f->pending_ops[i];
		f->pending_bytes[i] = f->pending_ops[i] = 0;
	}
	w->busy_ns += (double)f->pending_busy_ns;
	f->pending_busy_ns = 0;
	if (f->used <= f->last)
		f->used = f->last + 1;
}

/* Operations within the window of the one before; returns how many. */
static size_t flow_within(struct flow *f, const struct span *spans, size_t count)
{
	uint64_t from = (uint64_t)f->origin_ns + f->last * (uint64_t)f->width_ns;
	uint64_t width = (uint64_t)f->width_ns;
	struct flow_run run = {0};
	size_t n = 0;

	for (; n < count; n++) {
		uint64_t start = (uint64_t)spans[n].start - from,
		         end = (uint64_t)spans[n].end - from;
		if (start > end || end >= width || spans[n].bytes >= FLOW_BYTES)
			break;
		run.bytes[spans[n].write] += spans[n].bytes;
		run.ops[spans[n].write]++;
		run.busy_ns += end - start;
	}
	flow_add_run(f, &run);
	return n;
}

void flow_add_more(struct flow *f, int64_t origin, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (f->width_ns)
			i += flow_within(f, spans + i, count - i);
		if (i == count)
			break;
		flow_settle(f);
		flow_add(f, origin, spans[i].start, spans[i].end, spans[i].bytes, spans[i].write);
	}
}

void flow_add_spans(struct flow *f, int64_t origin, const struct span *spans, size_t count)
{
	flow_add_more(f, origin, spans, count);
	flow_settle(f);
}

void flow_merge(struct flow *to, const struct flow *from)
{
	uint32_t each;

	if (!from->width_ns)
		return;
	if (!to->width_ns)
		flow_begin(to, from->origin_ns);
	while (to->width_ns < from->width_ns)
		flow_double(to);
	each = (uint32_t)(to->width_ns / from->width_ns);
	for (uint32_t i = 0; i < from->used; i++) {
		flow_sum(&to->windows[i / each], &from->windows[i]);
		to->used = i / each + 1 > to->used ? i / each + 1 : to->used;
	}
}

void flow_free(struct flow *f)
{
	free(f->windows);
	*f = (struct flow){0};
}
