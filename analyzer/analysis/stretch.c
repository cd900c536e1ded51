/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/stretch.h"

#include <stdbool.h>

#include "base/memory.h"
#include "base/wrap.h"

struct stretches *stretches_new(void)
{
	struct stretches *s = memory_get(1, sizeof *s);

	s->width = 1;
	return s;
}

static void stretches_widen(struct stretches *s)
{
	for (size_t i = 0; i < STRETCHES / 2; i++) {
		s->items[i] = s->items[2 * i];
		epoch_join(&s->items[i], &s->items[2 * i + 1]);
	}
	s->count = STRETCHES / 2;
	s->width *= 2;
}

void stretches_add(struct stretches *s, const struct span *span)
{
	if (s->count && s->items[s->count - 1].ops < s->width) {
		epoch_read(&s->items[s->count - 1], span);
		return;
	}
	if (s->count == STRETCHES)
		stretches_widen(s);
	s->items[s->count] = (struct epoch){0};
	epoch_read(&s->items[s->count++], span);
}

/* Of the stretches from one on that begin by then, the one behind the longest pause. */
static size_t stretches_pause(const struct stretches *s, size_t from, int64_t until)
{
	size_t best = from;
	int64_t longest = -1;

	for (size_t i = from ? from : 1; i < s->count && s->items[i].first_ns <= until; i++) {
		int64_t pause = wrap_span(s->items[i - 1].last_ns, s->items[i].first_ns);
		if (pause < longest)
			continue;
		longest = pause;
		best = i;
	}
	return best;
}

/* The first that begins later than a time; earlier passes may end after it. */
static size_t stretches_after(const struct stretches *s, size_t from, int64_t time)
{
	while (from < s->count && s->items[from].first_ns <= time)
		from++;
	return from;
}

static size_t stretches_begin(const struct stretches *s, size_t from, const struct pass *before,
                              const struct pass *pass)
{
	if (before->last_ns < pass->first_ns)
		return stretches_pause(s, stretches_after(s, from, before->last_ns),
		                       pass->first_ns);
	return stretches_after(s, from, wrap_subtract((uint64_t)pass->first_ns, 1));
}

static void stretches_sum(const struct stretches *s, size_t from, size_t to, struct epoch *sum)
{
	for (size_t i = from; i < to && i < s->count; i++) {
		if (!sum->ops)
			*sum = s->items[i];
		else
			epoch_join(sum, &s->items[i]);
	}
}

struct epoch *stretches_cut(const struct stretches *s, const struct pass *passes, size_t count)
{
	struct epoch *epochs = memory_get(count + 1, sizeof *epochs);
	size_t from = 0, to;

	for (size_t i = 0; i < count; i++) {
		to = i + 1 < count ? stretches_begin(s, from, &passes[i], &passes[i + 1])
		                   : s->count;
		stretches_sum(s, from, to, &epochs[i]);
		from = to;
	}
	return epochs;
}

struct epoch *stretches_share(const struct stretches *s, size_t count)
{
	struct epoch *epochs = memory_get(count + 1, sizeof *epochs), all = {0};
	size_t from = 0, to = 0;
	double passed = 0;

	stretches_sum(s, 0, s->count, &all);
	for (size_t i = 0; i < count; i++) {
		double share = (double)all.bytes * (double)(i + 1) / (double)count;
		while (to < s->count && passed < share)
			passed += (double)s->items[to++].bytes;
		stretches_sum(s, from, i + 1 < count ? to : s->count, &epochs[i]);
		from = to;
	}
	return epochs;
}
