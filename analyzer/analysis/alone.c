/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/alone.h"

#include <math.h>

#include "analysis/asleep.h"
#include "analysis/course.h"
#include "analysis/loop.h"
#include "analysis/summary.h"
#include "base/wrap.h"

/* Fewer samples are no loop. */
#define FEW_SAMPLES 16
/* So many times more long rests than sleeps are steps of their own. */
#define RARE 2
/* Epochs that hold less of the time are not all that there are. */
#define MOSTLY 0.5

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

/* Where all is read before the first step, the loop begins as long before that as between
 * steps. */
static int64_t alone_asleep_from(const struct asleep *a, const struct loop *l)
{
	double between = (wrap_seconds(a->first_ns, a->last_ns) - a->seconds) / (double)a->count;

	if (a->read_ns > a->first_ns || wrap_seconds(l->first_ns, a->first_ns) < between)
		return l->first_ns;
	return a->first_ns - (int64_t)(fmax(0, between) * 1e9);
}

/* Where long rests come as steps do, and far more of them than sleeps, steps don't sleep. */
static bool alone_sleeps(const struct summary *s, const struct process *p, const struct loop *l,
                         const struct epochs *e, struct asleep *a)
{
	if (!l->first_ns || !asleep_find(s, p, l->samples, e->count, a))
		return false;
	if (l->samples < FEW_SAMPLES && l->reads < FEW_SAMPLES && a->count < FEW_SAMPLES)
		return false;
	return asleep_matters(a, wrap_seconds(l->first_ns, a->last_ns)) &&
	       (l->regular <= l->irregular || l->regular <= RARE * a->count);
}

/* All that is no step, nor saving, is loading. */
static struct stall_part alone_asleep_part(const struct asleep *a, const struct timeline *t,
                                           int64_t from, int64_t to)
{
	struct stall_part part = {.phase_s = wrap_seconds(from, to)};

	part.waited_s = fmax(0, part.phase_s - asleep_between(a, from, to));
	part.storage_s = fmin(timeline_between(t, TIMELINE_STORAGE, from, to), part.waited_s);
	part.prepare_s = part.waited_s - part.storage_s;
	return part;
}

/* An epoch goes on until the steps behind its last read are done. */
static int64_t alone_asleep_until(const struct asleep *a, const struct epochs *e, uint32_t i,
                                  int64_t end)
{
	int64_t last = e->items[i].last_ns;
	int64_t next = i + 1 < e->count ? e->items[i + 1].first_ns : end;

	return next > last ? last + (int64_t)(asleep_steps(a, last, next) * 1e9) : last;
}

/* Between epochs it may do anything: where they are known, and most of the time, it loads in them
 * alone. */
static void alone_asleep(struct stall *stall, const struct epochs *e, const struct loop *l,
                         const struct timeline *t, const struct asleep *a)
{
	int64_t begin = alone_asleep_from(a, l),
	        end = l->until_ns > l->last_ns ? l->last_ns : l->until_ns;
	struct stall_part part, all = {0};
	double whole;

	end = a->last_ns > end ? a->last_ns : end;
	for (uint32_t i = 0; i < e->count; i++) {
		int64_t from = e->items[i].first_ns, to = alone_asleep_until(a, e, i, end);
		from = from > begin ? from : begin;
		to = to < end ? to : end;
		if (from >= to)
			continue;
		part = alone_asleep_part(a, t, from, to);
		stall_part_add(&stall->epochs[i], &part);
		stall_part_add(&all, &part);
	}
	whole = wrap_seconds(begin, end);
	if (e->count < 2 || all.phase_s < MOSTLY * whole || all.phase_s > whole)
		all = alone_asleep_part(a, t, begin, end);
	all.phase_s = whole;
	stall->asleep = true;
	stall_part_add(&stall->all, &all);
	stall->consumers++;
}

void alone_add(struct stall *stall, const struct summary *s, const struct process *p)
{
	const struct loops *loops = s->found[ANALYSIS_loop];
	const struct loop *l = loops->of[p->number];
	const struct epochs *e = ((const struct course *)s->found[ANALYSIS_course])->epochs;
	struct loop_split split;
	struct stall_part part;
	struct asleep asleep;
	uint64_t files = 0;
	bool streams;

	if (!l)
		return;
	if (alone_sleeps(s, p, l, e, &asleep)) {
		alone_asleep(stall, e, l, &loops->reads[p->number]->timeline, &asleep);
		return;
	}
	streams = l->samples < FEW_SAMPLES || loop_shards(l);
	if (streams && l->reads >= FEW_SAMPLES)
		alone_streaming(stall, e, loops->reads[p->number], l);
	if (streams)
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
