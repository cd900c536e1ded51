/* SPDX-License-Identifier: Apache-2.0 */
#include "read/phase.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/wrap.h"

#define PHASE_EVENTS (1 << 18)

/* Where a block's events begin or end. */
struct bound {
	int64_t at;
	double rate;   /* events a ns from here on, more or less */
	double events; /* at once */
};

static int phase_earlier(const void *one, const void *other)
{
	const struct bound *a = one, *b = other;

	return a->at < b->at ? -1 : a->at > b->at;
}

/* A block's events lie evenly between its times, as far as anybody knows. */
static void phase_bounds(struct bound *to, const struct process *p, const struct piece *piece)
{
	int64_t first = wrap_add(piece->first_ns, (uint64_t)p->clock);
	int64_t last = wrap_add(piece->last_ns, (uint64_t)p->clock);
	double rate = 0;

	if (last > first)
		rate = piece->count / ((double)((uint64_t)last - (uint64_t)first));
	to[0] = (struct bound){first, rate, last > first ? 0 : piece->count};
	to[1] = (struct bound){last > first ? last : first, -rate, 0};
}

static size_t phase_list(const struct recording *r, struct bound *list)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		for (size_t s = 0; s < p->stream_count; s++)
			for (size_t k = 0; k < p->streams[s].count; k++, count += 2)
				if (list)
					phase_bounds(&list[count], p, &p->streams[s].pieces[k]);
	}
	return count;
}

static double phase_events(const struct recording *r)
{
	double events = 0;

	for (size_t i = 0; i < r->count; i++)
		for (size_t s = 0; s < r->processes[i].stream_count; s++)
			for (size_t k = 0; k < r->processes[i].streams[s].count; k++)
				events += r->processes[i].streams[s].pieces[k].count;
	return events;
}

struct phase_sweep {
	struct phases phases;
	size_t room;
	int64_t now;
	double rate, events; /* since the last phase's end */
	double most;         /* phases that all events can fill */
};

static void phase_end(struct phase_sweep *s)
{
	s->phases.until =
	        memory_grow(s->phases.until, s->phases.count, &s->room, sizeof *s->phases.until);
	s->phases.until[s->phases.count++] = s->now;
	s->events = 0;
}

/* Up to a time, or to the end of a phase, if that comes first: then true. */
static bool phase_until(struct phase_sweep *s, int64_t time)
{
	double left = (double)((uint64_t)time - (uint64_t)s->now), need = PHASE_EVENTS - s->events;

	if (s->rate > 0 && s->rate * left >= need && need / s->rate < left - 1 &&
	    (double)s->phases.count < s->most) {
		s->now = wrap_add((uint64_t)s->now, (uint64_t)(need / s->rate) + 1);
		return true;
	}
	s->events += s->rate > 0 ? s->rate * left : 0;
	s->now = time;
	return false;
}

struct phases phases_find(const struct recording *r)
{
	size_t count = phase_list(r, NULL), open = 0;
	struct bound *list = memory_get(count, sizeof *list);
	struct phase_sweep s = {0};

	phase_list(r, list);
	s.most = phase_events(r) / PHASE_EVENTS + 1;
	if (count)
		qsort(list, count, sizeof *list, phase_earlier);
	s.now = count ? list[0].at : 0;
	for (size_t i = 0; i < count; i++) {
		while (phase_until(&s, list[i].at))
			phase_end(&s);
		if (s.events >= PHASE_EVENTS)
			phase_end(&s);
		s.events += list[i].events;
		open += list[i].rate > 0 ? 1 : 0;
		open -= list[i].rate < 0 ? 1 : 0;
		/* Nothing of many sums' rounding is left where nothing goes on. */
		s.rate = open ? s.rate + list[i].rate : 0;
	}
	free(list);
	return s.phases;
}
