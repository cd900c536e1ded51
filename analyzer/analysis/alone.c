/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/alone.h"

#include <math.h>

#include "analysis/course.h"
#include "analysis/loop.h"
#include "analysis/summary.h"
#include "base/wrap.h"

/* Fewer samples are no loop. */
#define FEW_SAMPLES 16
/* Steps that sleep do so for that share of the time, and nearly each of them does. */
#define LEAST_ASLEEP 0.01
#define RARE         2

/* Of a stream between two times: `prepares` is preparing's share of what is no I/O, where told. */
static struct stall_part alone_stream_part(int64_t from, int64_t to, double storage_s,
                                           double prepares)
{
	struct stall_part part = {.phase_s = wrap_seconds(from, to)};
	double rest;

	part.storage_s = fmin(storage_s, part.phase_s);
	rest = part.phase_s - part.storage_s;
	part.prepare_s = prepares < 0 ? 0 : prepares * rest;
	part.untold_s = prepares < 0 ? rest : 0;
	part.waited_s = part.storage_s + part.prepare_s;
	return part;
}

/* Shards and streams are read on and on: where a sample ends, and where a batch, only pauses can
 * tell. What is known is how long reading took. */
static void alone_streaming(struct stall *stall, const struct epochs *e,
                            const struct loop_reads *reads, const struct loop *l)
{
	const struct timeline *t = &reads->timeline;
	double prepares = loop_stream_prepares(reads);
	struct stall_part part =
	        alone_stream_part(l->first_ns, l->until_ns, (double)l->all_io_ns / 1e9, prepares);

	stall_part_add(&stall->all, &part);
	stall->consumers++;
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t from = e->items[i].first_ns, to = e->items[i].last_ns;
		part = alone_stream_part(from, to, timeline_between(t, TIMELINE_STORAGE, from, to),
		                         prepares);
		stall_part_add(&stall->epochs[i], &part);
	}
}

/* The step behind an epoch's last batch goes on until the next one is read; behind the last
 * epoch's as long as behind the one before. What takes longer than all steps of an epoch is
 * something else. */
static double alone_last_step(const struct epochs *e, uint32_t i, double steps_s)
{
	double gap;

	if (e->count < 2)
		return 0;
	i = i + 1 < e->count ? i : i - 1;
	gap = wrap_seconds(e->items[i].last_ns, e->items[i + 1].first_ns);
	return gap > 0 && gap <= steps_s / e->count ? gap : 0;
}

/* From when until when a loop goes on whose steps sleep, and the share of its sleeps that are
 * steps; 0: none are. */
struct alone_sleeps {
	int64_t from_ns, to_ns;
	double steps;
};

/* Where all is read before the first step, the loop begins as long before that as between
 * steps. */
static int64_t alone_sleeps_from(const struct loop_reads *r, const struct loop *l)
{
	const struct asleep *a = &r->asleep;
	uint64_t between = (uint64_t)wrap_span(a->first_ns, a->end_ns);

	if (r->end_ns > a->first_ns)
		return l->first_ns;
	between = between > a->ns ? (between - a->ns) / a->count : 0;
	return between < (uint64_t)wrap_span(l->first_ns, a->first_ns)
	               ? a->first_ns - (int64_t)between
	               : l->first_ns;
}

/* Where long rests come as steps do, and far more of them than sleeps, steps don't sleep. */
static struct alone_sleeps alone_sleeps(const struct loop_reads *r, const struct loop *l)
{
	struct alone_sleeps s = {.to_ns = l->until_ns > l->last_ns ? l->last_ns : l->until_ns};
	uint64_t steps;
	double asleep, phase;

	s.steps = asleep_steps(&r->asleep, l->samples < FEW_SAMPLES ? 0 : l->samples, &steps);
	if (l->samples < FEW_SAMPLES && l->reads < FEW_SAMPLES && steps < FEW_SAMPLES)
		s.steps = 0;
	if (s.steps <= 0 || r->asleep.end_ns <= r->asleep.first_ns)
		return (struct alone_sleeps){0};
	s.from_ns = alone_sleeps_from(r, l);
	s.to_ns = r->asleep.end_ns > s.to_ns ? r->asleep.end_ns : s.to_ns;
	phase = wrap_seconds(s.from_ns, s.to_ns);
	asleep = timeline_between(&r->timeline, TIMELINE_ASLEEP, s.from_ns, s.to_ns) * s.steps;
	if (asleep < LEAST_ASLEEP * phase ||
	    (l->regular > l->irregular && l->regular > RARE * steps))
		s.steps = 0;
	return s;
}

/* All that is no step, nor saving, is loading. */
static struct stall_part alone_asleep_part(const struct timeline *t, double steps, int64_t from,
                                           int64_t to)
{
	struct stall_part part = {.phase_s = wrap_seconds(from, to)};
	double aside = timeline_between(t, TIMELINE_ASLEEP, from, to) * steps +
	               timeline_between(t, TIMELINE_SAVING, from, to);

	part.waited_s = fmax(0, part.phase_s - aside);
	part.storage_s = fmin(timeline_between(t, TIMELINE_STORAGE, from, to), part.waited_s);
	part.prepare_s = part.waited_s - part.storage_s;
	return part;
}

static void alone_asleep(struct stall *stall, const struct epochs *e, const struct loop_reads *r,
                         struct alone_sleeps s)
{
	struct stall_part part = alone_asleep_part(&r->timeline, s.steps, s.from_ns, s.to_ns);
	double steps_s = part.phase_s - part.waited_s;

	stall->asleep = true;
	stall_part_add(&stall->all, &part);
	stall->consumers++;
	for (uint32_t i = 0; i < e->count; i++) {
		double last = alone_last_step(e, i, steps_s);
		part = alone_asleep_part(&r->timeline, s.steps, e->items[i].first_ns,
		                         e->items[i].last_ns + (int64_t)(last * 1e9));
		stall_part_add(&stall->epochs[i], &part);
	}
}

void alone_add(struct stall *stall, const struct summary *s, const struct process *p)
{
	const struct loops *loops = s->found[ANALYSIS_loop];
	const struct loop *l = loops->of[p->number];
	const struct epochs *e = ((const struct course *)s->found[ANALYSIS_course])->epochs;
	struct loop_split split;
	struct stall_part part;
	struct alone_sleeps sleeps;
	uint64_t files = 0;

	if (!l)
		return;
	sleeps = alone_sleeps(loops->reads[p->number], l);
	if (sleeps.steps > 0) {
		alone_asleep(stall, e, loops->reads[p->number], sleeps);
		return;
	}
	if (l->samples < FEW_SAMPLES && l->reads >= FEW_SAMPLES)
		alone_streaming(stall, e, loops->reads[p->number], l);
	if (l->samples < FEW_SAMPLES)
		return;
	split = loop_split(l);
	part = (struct stall_part){.phase_s = wrap_seconds(l->first_ns, l->last_ns),
	                           .storage_s = (double)l->io_ns / 1e9,
	                           .prepare_s = split.told ? split.prepare_s : 0,
	                           .untold_s = split.told ? 0 : split.prepare_s};
	part.waited_s = part.storage_s + part.prepare_s;
	stall_part_add(&stall->all, &part);
	stall->consumers++;
	for (uint32_t i = 0; i < e->count; i++)
		files += e->items[i].files;
	for (uint32_t i = 0; i < e->count && files; i++) {
		const struct epoch *epoch = &e->items[i];
		part.phase_s = (double)epoch_ns(epoch) / 1e9 + alone_last_step(e, i, split.step_s);
		part.storage_s =
		        timeline_between(&loops->reads[p->number]->timeline, TIMELINE_STORAGE,
		                         epoch->first_ns, epoch->last_ns);
		part.prepare_s =
		        split.told ? split.prepare_s * (double)epoch->files / (double)files : 0;
		part.untold_s = split.told ? 0 : fmax(0, part.phase_s - part.storage_s);
		part.waited_s = fmin(part.storage_s + part.prepare_s, part.phase_s);
		stall_part_add(&stall->epochs[i], &part);
	}
}
