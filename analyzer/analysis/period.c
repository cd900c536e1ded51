/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/period.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/wrap.h"

/* Of the run: what pauses for longer has ended; what is closer is one moment. */
#define PERIOD_PAUSE  20
#define PERIOD_MOMENT 100
/* Pauses of like length are a rhythm, from so many on. */
#define PERIOD_RHYTHM 3

/* A stage at work without a pause. */
struct spell {
	int64_t from, to;
	unsigned stage;
};

struct spells {
	struct spell *items;
	size_t count, room;
};

static bool period_active(const struct flow_window *w)
{
	return w->ops[0] + w->ops[1] || w->busy_ns > 0;
}

static int period_order(const void *one, const void *other)
{
	int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

	return (a > b) - (a < b);
}

/* How long a stage may pause and go on. */
static int64_t period_pause(const struct flow *f, int64_t whole)
{
	int64_t pauses[FLOW_WINDOWS], longest = whole / PERIOD_PAUSE;
	size_t count = 0;
	uint32_t last = UINT32_MAX;

	for (uint32_t i = 0; i < f->used; i++) {
		if (!period_active(&f->windows[i]))
			continue;
		if (last != UINT32_MAX && i > last + 1)
			pauses[count++] = (int64_t)(i - last - 1) * f->width_ns;
		last = i;
	}
	if (count >= PERIOD_RHYTHM) {
		qsort(pauses, count, sizeof *pauses, period_order);
		if (3 * pauses[count / 2] > longest)
			longest = 3 * pauses[count / 2];
	}
	return longest;
}

/* No spell is shorter than a moment, or it would be lost between two cuts. */
static void period_stretch(struct spell *s, int64_t whole)
{
	int64_t least = whole / PERIOD_MOMENT + 1;

	if (s->to - s->from < least)
		s->to = s->from + least;
	if (s->to > whole) {
		s->to = whole;
		s->from = s->from < whole - least ? s->from : whole - least;
	}
}

static void period_spells(struct spells *s, const struct flow *f, unsigned stage, int64_t whole)
{
	size_t first = s->count;
	int64_t pause = period_pause(f, whole);
	struct spell *now = NULL;

	for (uint32_t i = 0; i < f->used; i++) {
		int64_t from = (int64_t)i * f->width_ns;
		if (!period_active(&f->windows[i]))
			continue;
		if (!now || from - now->to > pause) {
			s->items = memory_grow(s->items, s->count, &s->room, sizeof *s->items);
			now = &s->items[s->count++];
			*now = (struct spell){from, from, stage};
		}
		now->to = from + f->width_ns;
	}
	for (size_t i = first; i < s->count; i++)
		period_stretch(&s->items[i], whole);
}

/* The times at which a spell begins or ends; those close to each other are one. */
static size_t period_cuts(const struct spells *s, int64_t *cuts, int64_t moment)
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		cuts[count++] = s->items[i].from;
		cuts[count++] = s->items[i].to;
	}
	qsort(cuts, count, sizeof *cuts, period_order);
	for (size_t i = 0; i < count; i++)
		if (!kept || cuts[i] - cuts[kept - 1] > moment)
			cuts[kept++] = cuts[i];
	/* Nothing is lost at the end. */
	if (kept && cuts[kept - 1] < cuts[count - 1])
		cuts[kept - 1] = cuts[count - 1];
	return kept;
}

static int64_t period_shared(const struct spell *s, int64_t from, int64_t to)
{
	int64_t begin = s->from > from ? s->from : from, end = s->to < to ? s->to : to;

	return wrap_span(begin, end);
}

/* A spell is at work in what it fills by half, or where most of it lies. */
static void period_place(const struct spell *s, const int64_t *cuts, size_t count, uint32_t *stages)
{
	size_t most = 0;
	int64_t longest = INT64_MIN;
	bool any = false;

	for (size_t i = 0; i + 1 < count; i++) {
		int64_t shared = period_shared(s, cuts[i], cuts[i + 1]);
		if (2 * shared > cuts[i + 1] - cuts[i]) {
			stages[i] |= 1u << s->stage;
			any = true;
		}
		most = shared > longest ? i : most;
		longest = shared > longest ? shared : longest;
	}
	if (!any)
		stages[most] |= 1u << s->stage;
}

static void period_give(struct period *p, unsigned stage, const struct flow_window *w, double share)
{
	for (int way = 0; way < 2; way++) {
		p->parts[stage].bytes[way] += share * w->bytes[way];
		p->parts[stage].ops[way] += share * (double)w->ops[way];
	}
}

/* A window goes to the phases of its stage that it lies in; what lies in none, as at
 * the edges of a phase, to the nearest: nothing is lost between two. */
static void period_spread(struct periods *all, unsigned stage, const struct flow_window *w,
                          const struct spell *at)
{
	double width = (double)(at->to - at->from), rest = 1;
	struct period *nearest = NULL;
	int64_t most = INT64_MIN;

	for (size_t i = 0; i < all->count; i++) {
		struct period *p = &all->items[i];
		int64_t shared = period_shared(at, p->from_ns, p->to_ns);
		if (!(p->stages & 1u << stage))
			continue;
		if (shared > most) {
			most = shared;
			nearest = p;
		}
		if (shared > 0) {
			period_give(p, stage, w, (double)shared / width);
			rest -= (double)shared / width;
		}
	}
	if (nearest && rest > 0)
		period_give(nearest, stage, w, rest);
}

static void period_fill(struct periods *all, const struct course *c)
{
	for (unsigned stage = 0; stage < AIOT_STAGES; stage++) {
		const struct flow *f = &c->stages[stage].flow;
		for (uint32_t i = 0; i < f->used; i++) {
			int64_t from = (int64_t)i * f->width_ns;
			if (period_active(&f->windows[i]))
				period_spread(all, stage, &f->windows[i],
				              &(struct spell){from, from + f->width_ns, stage});
		}
	}
}

static void period_add(struct periods *all, int64_t from, int64_t to, uint32_t stages)
{
	struct period *last = all->count ? &all->items[all->count - 1] : NULL;

	if (!stages)
		return;
	if (last && last->stages == stages && last->to_ns == from)
		last->to_ns = to;
	else if (all->items)
		all->items[all->count++] =
		        (struct period){.from_ns = from, .to_ns = to, .stages = stages};
}

struct periods periods_find(const struct course *c, const struct recording *r)
{
	int64_t span = wrap_span(r->start_ns, r->end_ns), whole = span > 0 ? span : 1;
	struct periods all = {0};
	struct spells spells = {0};
	uint32_t *stages;
	int64_t *cuts;
	size_t count;

	for (unsigned i = 0; i < AIOT_STAGES; i++)
		if (i != AIOT_STAGE_OTHER)
			period_spells(&spells, &c->stages[i].flow, i, whole);
	cuts = memory_get(2 * spells.count + 1, sizeof *cuts);
	count = period_cuts(&spells, cuts, whole / PERIOD_MOMENT);
	stages = memory_get(count + 1, sizeof *stages);
	all.items = memory_get(count + 1, sizeof *all.items);
	for (size_t i = 0; count > 1 && i < spells.count; i++)
		period_place(&spells.items[i], cuts, count, stages);
	for (size_t i = 0; i + 1 < count; i++)
		period_add(&all, cuts[i], cuts[i + 1], stages[i]);
	period_fill(&all, c);
	free(cuts);
	free(stages);
	free(spells.items);
	return all;
}
