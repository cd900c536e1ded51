/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/loop.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/analysis.h"
#include "base/memory.h"
#include "base/wrap.h"

/* Of samples, so many are inside a batch: half of them in batches of two. */
#define INSIDE 0.4
/* A read of the same bytes so soon looks again: at a header, for what kind of file it is. */
#define AGAIN_NS 1000000
/* So many files or more, of which each is read at so few places, are samples; also if so many of
 * the long rests are between files. */
#define FEW_FILES  16
#define FEW_PLACES 8
#define BETWEEN    0.9
/* Samples of more reads or bytes may be shards. */
#define SHARD_READS 64
#define SHARD_BYTES (1u << 20)

static unsigned loop_bucket(uint64_t ns)
{
	unsigned power = 63 - (unsigned)__builtin_clzll(ns | 8), bucket;

	bucket = (power - 3) * 8 + (unsigned)(ns >> (power - 3) & 7);
	return bucket < LOOP_BUCKETS ? bucket : LOOP_BUCKETS - 1;
}

double loop_middle(unsigned bucket)
{
	return ldexp(8.5 + bucket % 8, (int)(bucket / 8));
}

double loop_typical(const struct loop *l)
{
	double seen = 0;

	for (unsigned i = 0; i < LOOP_BUCKETS; i++) {
		seen += l->count[i];
		if (seen > 0 && seen >= INSIDE * (double)l->samples)
			return loop_middle(i);
	}
	return 0;
}

uint64_t loop_long(const struct loop *l)
{
	double least = LOOP_LONGER * loop_typical(l), all = 0, longer = 0;

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

/* The time of the sample under way, if the next one begins then. */
static uint64_t loop_whole(const struct loop *l, int64_t start)
{
	uint64_t whole = (uint64_t)start - (uint64_t)l->last_ns,
	         aside = (uint64_t)wrap_span(l->aside_ns, l->back_ns);

	return aside < whole ? whole - aside : 0;
}

void loop_add(struct loop *l, int64_t start, uint64_t duration, bool begins)
{
	if (begins) {
		if (!l->first_ns)
			l->first_ns = start;
		else if (start >= l->last_ns)
			loop_sample(l, loop_whole(l, start));
		l->last_ns = start;
		l->now_io_ns = 0;
		l->aside_ns = l->back_ns = 0;
	}
	l->now_io_ns += duration;
	if (!l->first_ns)
		return;
	l->all_io_ns += duration;
	l->until_ns = wrap_add((uint64_t)start, duration);
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
	uint64_t gap = r->end_ns && start > r->end_ns ? (uint64_t)wrap_span(r->end_ns, start) : 0;

	r->places.between_ns += begins ? gap : 0;
	r->files.between_ns += first ? gap : 0;
	r->again.between_ns += r->opened ? gap : 0;
	r->places.bytes += bytes;
	r->files.bytes += bytes;
	r->again.bytes += bytes;
	if (begins && r->places.first_ns && r->places.samples < LOOP_KEPT)
		r->opens[r->places.samples] = first;
	loop_add(&r->places, start, duration, begins);
	loop_add(&r->files, start, duration, first);
	loop_add(&r->again, start, duration, r->opened);
	loop_add(&r->stream, start, duration, true);
	r->again.reads++;
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
	loop_add(&r->again, start, duration, false);
	loop_add(&r->stream, start, duration, false);
	r->opened |= opens;
}

void loop_aside(struct loop_reads *r, int64_t start, int64_t end)
{
	struct loop *const all[] = {&r->places, &r->files, &r->again, &r->stream};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (!all[i]->aside_ns)
			all[i]->aside_ns = all[i]->back_ns = start;
		if (end > all[i]->back_ns)
			all[i]->back_ns = end;
	}
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

/* One file that is opened for each batch has one kind of rest; where it is opened for each
 * sample, a header and an index are read of it before, at places of their own. */
static bool loop_opens_again(const struct loop_reads *r)
{
	struct loop_split split;
	uint64_t files = r->files.samples;

	/* Who loads a sample may open its file a few times: as what it holds, and to map it. */
	if (r->again.samples < FEW_FILES ||
	    r->again.samples <= files * (files >= FEW_FILES ? FEW_PLACES : 2))
		return false;
	split = loop_split(&r->again);
	return split.told && split.step_s > 0;
}

struct loop *loop_of(struct loop_reads *r)
{
	bool files = r->files.samples >= FEW_FILES &&
	             (r->places.samples <= FEW_PLACES * r->files.samples || loop_between_files(r));

	if (loop_opens_again(r))
		return &r->again;
	return files ? &r->files : &r->places;
}

bool loop_shards(const struct loop *l)
{
	bool large = l->reads >= SHARD_READS * l->samples || l->bytes >= SHARD_BYTES * l->samples;

	return large && l->rest_ns > 2 * l->between_ns;
}

static void loop_mapped(struct loop *l, const struct events *e, uint32_t i)
{
	l->faults += mapped_is_fault(e->call[i]);
	l->maps += e->class[i] == AIOT_CLASS_MAP;
}

static void loop_event(struct loop_reads *r, const struct events *e, uint32_t i)
{
	loop_mapped(&r->places, e, i);
	loop_mapped(&r->files, e, i);
	loop_mapped(&r->again, e, i);
	timeline_add(&r->timeline, TIMELINE_STORAGE, e->start[i], e->end[i]);
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

	if (!process_is_main(e->process))
		return;
	for (uint32_t i = 0; i < e->count; i++) {
		if (e->tid[i] != e->process->pid)
			continue;
		if (e->stage[i] == AIOT_STAGE_CHECKPOINT && *r)
			loop_aside(*r, e->start[i], e->end[i]);
		if (e->stage[i] != AIOT_STAGE_TRAIN)
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

	for (size_t i = 0; i < all->count; i++) {
		if (all->reads[i])
			timeline_free(&all->reads[i]->timeline);
		free(all->reads[i]);
	}
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
