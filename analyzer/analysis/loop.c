/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/loop.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/analysis.h"
#include "base/memory.h"
#include "base/wrap.h"

/* Of samples, so many are inside a batch: half of them in batches of two. */
#define INSIDE 0.4
/* A rest of more than so many times that of samples inside a batch holds a
 * step. */
#define LONGER 2
/* Batches that a period is believed from, and how sure it must be. */
#define FEW_BATCHES 8
#define SURE        6
/* A read of the same bytes so soon looks again: at a header, for what kind of file it is. */
#define AGAIN_NS 1000000
/* So many files or more, of which each is read at so few places, are samples; also if so many of
 * the long rests are between files. */
#define FEW_FILES  16
#define FEW_PLACES 8
#define BETWEEN    0.9
/* Long rests are a step's where this share of them are whole batches apart, and so many
 * standard deviations more than by chance. */
#define WHOLE    0.8
#define UNLIKELY 3.5

static unsigned loop_bucket(uint64_t ns)
{
	unsigned power = 63 - (unsigned)__builtin_clzll(ns | 8), bucket;

	bucket = (power - 3) * 8 + (unsigned)(ns >> (power - 3) & 7);
	return bucket < LOOP_BUCKETS ? bucket : LOOP_BUCKETS - 1;
}

static double loop_middle(unsigned bucket)
{
	return ldexp(8.5 + bucket % 8, (int)(bucket / 8));
}

/* The rest of a sample inside a batch; 0 without samples. */
static double loop_typical(const struct loop *l)
{
	double seen = 0;

	for (unsigned i = 0; i < LOOP_BUCKETS; i++) {
		seen += l->count[i];
		if (seen > 0 && seen >= INSIDE * (double)l->samples)
			return loop_middle(i);
	}
	return 0;
}

/* What a rest that holds a step exceeds: half of that beyond which half of all
 * time in long rests lies. */
static uint64_t loop_long(const struct loop *l)
{
	double least = LONGER * loop_typical(l), all = 0, longer = 0;

	for (unsigned i = 0; i < LOOP_BUCKETS; i++)
		all += loop_middle(i) > least ? l->count[i] * loop_middle(i) : 0;
	for (unsigned i = LOOP_BUCKETS; i-- > 0 && loop_middle(i) > least;) {
		longer += l->count[i] * loop_middle(i);
		if (longer * 2 >= all)
			return (uint64_t)fmax(least, loop_middle(i) / 2);
	}
	return (uint64_t)least;
}

static void loop_sample(struct loop *l, uint64_t whole)
{
	uint64_t rest = whole > l->now_io_ns ? whole - l->now_io_ns : 0;

	if (l->samples < LOOP_KEPT)
		l->rest[l->samples] = (float)rest;
	l->samples++;
	l->io_ns += whole - rest;
	l->rest_ns += rest;
	l->count[loop_bucket(rest)]++;
	if (l->samples >= 8 && !(l->samples & (l->samples - 1)))
		l->long_ns = loop_long(l);
	l->since++;
	if (!l->long_ns || rest <= l->long_ns)
		return;
	*(l->since == l->spacing ? &l->regular : &l->irregular) += 1;
	l->spacing = l->since;
	l->since = 0;
}

void loop_add(struct loop *l, int64_t start, uint64_t duration, bool begins)
{
	if (begins) {
		if (!l->first_ns)
			l->first_ns = start;
		else if (start >= l->last_ns)
			loop_sample(l, (uint64_t)start - (uint64_t)l->last_ns);
		l->last_ns = start;
		l->now_io_ns = 0;
	}
	l->now_io_ns += duration;
	if (!l->first_ns)
		return;
	l->all_io_ns += duration;
	l->until_ns = wrap_add((uint64_t)start, duration);
}

/* What the last sample of a batch takes longer, if batches have `period`
 * samples, and how sure that is: in standard errors. */
struct fold {
	double longer_ns, sure;
};

static struct fold loop_folded(const struct loop *l, size_t kept, size_t period, double most)
{
	double sums[LOOP_PERIODS] = {0}, all = 0, squares = 0, top = 0, others, spread;
	size_t times = kept / period, whole = times * period;
	double rounds = (double)times;

	for (size_t i = 0; i < whole; i++) {
		double rest = fmin(l->rest[i], most);
		sums[i % period] += rest;
		all += rest;
		squares += rest * rest;
	}
	for (size_t k = 0; k < period; k++)
		top = fmax(top, sums[k]);
	others = (all - top) / (rounds * (double)(period - 1));
	spread = squares - top * top / rounds - (all - top) * others;
	spread = sqrt(fmax(0, spread) / (double)whole);
	top /= rounds;
	/* Times are never known better than to a thousandth. */
	return (struct fold){top - others, (top - others) * sqrt(rounds) / fmax(spread, top / 1e3)};
}

/* Steps too short to be told one by one still come once a batch: the time of
 * all steps, or 0. */
static double loop_steps(const struct loop *l)
{
	size_t kept = l->samples < LOOP_KEPT ? l->samples : LOOP_KEPT, best = 0;
	struct fold found = {0};

	for (size_t period = 2; period < LOOP_PERIODS && period * FEW_BATCHES <= kept; period++) {
		struct fold fold = loop_folded(l, kept, period, LONGER * loop_typical(l));
		if (fold.sure <= fmax(found.sure, SURE))
			continue;
		found = fold;
		best = period;
	}
	return best ? found.longer_ns * (double)l->samples / (double)best / 1e9 : 0;
}

/* After how many samples long rests come, in the order of the first samples; returns
 * how many there are. */
static size_t loop_spacings(const struct loop *l, uint32_t spacings[LOOP_KEPT])
{
	size_t kept = l->samples < LOOP_KEPT ? l->samples : LOOP_KEPT, count = 0, last = 0;
	double least = (double)loop_long(l);

	for (size_t i = 0; i < kept; i++) {
		if (l->rest[i] <= least)
			continue;
		if (last)
			spacings[count++] = (uint32_t)(i + 1 - last);
		last = i + 1;
	}
	return count;
}

/* Steps that are not all alike leave batches out where they are short: what is between
 * the long ones is still whole batches. */
static bool loop_whole_batches(const struct loop *l)
{
	uint32_t spacings[LOOP_KEPT];
	double count = (double)loop_spacings(l, spacings);

	for (size_t period = 2; period < LOOP_PERIODS && count >= FEW_BATCHES; period++) {
		double whole = 0, chance = count / (double)period;
		for (size_t i = 0; i < (size_t)count; i++)
			whole += spacings[i] % period == 0;
		if (whole >= WHOLE * count &&
		    whole - chance >= UNLIKELY * sqrt(chance * (1 - 1.0 / (double)period)))
			return true;
	}
	return false;
}

/* Sums by buckets are scaled to the exact sum. */
struct loop_split loop_split(const struct loop *l)
{
	double prepare = 0, all = 0, typical = loop_typical(l), scale;

	if (l->irregular >= l->regular && !loop_whole_batches(l)) {
		double rest = (double)l->rest_ns / 1e9, steps = fmin(loop_steps(l), rest);
		return (struct loop_split){rest - steps, steps, steps > 0};
	}
	for (unsigned i = 0; i < LOOP_BUCKETS; i++) {
		double each = loop_middle(i);
		all += l->count[i] * each;
		prepare += l->count[i] * (each > LONGER * typical ? typical : each);
	}
	scale = all > 0 ? (double)l->rest_ns / all / 1e9 : 0;
	return (struct loop_split){prepare * scale, (all - prepare) * scale, true};
}

static void *loop_make(const struct known *known)
{
	struct loops *all = memory_get(1, sizeof *all);

	all->count = known->recording->count;
	all->of = memory_get(all->count, sizeof *all->of);
	all->reads = memory_get(all->count, sizeof *all->reads);
	return all;
}

static bool loop_begins(const struct loop_reads *r, uint32_t file, uint64_t offset, int64_t start)
{
	bool soon = start < r->end_ns || wrap_span(r->end_ns, start) < AGAIN_NS;

	if (file != r->file)
		return true;
	return offset != r->end_offset && !(soon && offset >= r->low && offset < r->high);
}

void loop_read(struct loop_reads *r, uint32_t file, uint64_t offset, uint64_t bytes, int64_t start,
               uint64_t duration)
{
	bool begins = loop_begins(r, file, offset, start);
	/* Who opens the same file again may do so for each batch. */
	bool first = r->opened && file != r->file;
	uint64_t end = offset + bytes;

	if (begins && r->places.first_ns && r->places.samples < LOOP_KEPT)
		r->opens[r->places.samples] = first;
	loop_add(&r->places, start, duration, begins);
	loop_add(&r->files, start, duration, first);
	r->places.reads++;
	r->files.reads++;
	r->low = begins || offset < r->low ? offset : r->low;
	r->high = begins || end > r->high ? end : r->high;
	r->file = file;
	r->end_offset = end;
	r->end_ns = wrap_add((uint64_t)start, duration);
	r->opened = false;
}

void loop_other(struct loop_reads *r, bool opens, int64_t start, uint64_t duration)
{
	loop_add(&r->places, start, duration, false);
	loop_add(&r->files, start, duration, false);
	r->opened |= opens;
}

/* Whether what is long is between files, and hardly ever within one. */
static bool loop_between_files(const struct loop_reads *r)
{
	const struct loop *l = &r->places;
	size_t kept = l->samples < LOOP_KEPT ? l->samples : LOOP_KEPT, all = 0, between = 0;
	double least = (double)loop_long(l);

	for (size_t i = 0; i < kept; i++) {
		if (l->rest[i] <= least)
			continue;
		all++;
		between += r->opens[i];
	}
	return (double)between >= BETWEEN * (double)all;
}

struct loop *loop_of(struct loop_reads *r)
{
	bool files = r->files.samples >= FEW_FILES &&
	             (r->places.samples <= FEW_PLACES * r->files.samples || loop_between_files(r));

	return files ? &r->files : &r->places;
}

static void loop_event(struct loop_reads *r, const struct events *e, uint32_t i)
{
	if (e->class[i] == AIOT_CLASS_READ && e->bytes[i] && e->offset[i] >= 0)
		loop_read(r, e->file[i], (uint64_t)e->offset[i], e->bytes[i], e->start[i],
		          e->duration[i]);
	else
		loop_other(r, e->class[i] == AIOT_CLASS_OPEN && e->result[i] >= 0, e->start[i],
		           e->duration[i]);
}

static void loop_rows(void *state, const struct events *e)
{
	struct loops *all = state;
	struct loop_reads **r = &all->reads[e->process->number];

	if (e->process->role != ROLE_MAIN && e->process->role != ROLE_RANK_MAIN)
		return;
	for (uint32_t i = 0; i < e->count; i++) {
		if (e->stage[i] != AIOT_STAGE_TRAIN || e->tid[i] != e->process->pid)
			continue;
		if (!*r)
			*r = memory_get(1, sizeof **r);
		loop_event(*r, e, i);
	}
}

static void loop_finish(void *state, const struct known *known)
{
	struct loops *all = state;

	(void)known;
	for (size_t i = 0; i < all->count; i++)
		if (all->reads[i])
			all->of[i] = loop_of(all->reads[i]);
}

static void loop_free(void *state)
{
	struct loops *all = state;

	for (size_t i = 0; i < all->count; i++)
		free(all->reads[i]);
	free(all->reads);
	free(all->of);
	free(all);
}

const struct analysis analysis_loop = {
        .columns = BATCH_WANT(OFFSET),
        .shared = true,
        .make = loop_make,
        .add = loop_rows,
        .finish = loop_finish,
        .free = loop_free,
};
