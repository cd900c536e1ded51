/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/epoch.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/beginning.h"
#include "analysis/draws.h"
#include "analysis/generation.h"
#include "analysis/round.h"
#include "analysis/stretch.h"
#include "base/memory.h"
#include "measure/cache.h"

/* What a file's epochs are told by, but for being begun: nothing, places that are read
 * again, turns at which workers are made, rounds of asking them. */
#define EPOCHS_OTHER  UINT32_MAX
#define EPOCHS_AGAIN  (UINT32_MAX - 1)
#define EPOCHS_TURNS  (UINT32_MAX - 2)
#define EPOCHS_ROUNDS (UINT32_MAX - 3)
/* So many times fewer bytes than in the longest one are no epoch. */
#define HARDLY 8
/* One part of the data in so many tells. */
#define ENOUGH 3
/* Places that no other epoch has are read as often as their file fits into the bytes, if that is
 * nearly a whole number; or once, if it is not much more and most of it. */
#define NEARLY 0.04
#define MOSTLY 0.7
/* So much of their time in more than one is no epochs. */
#define BLUR 0.2

/* Where one generation of workers keeps its mappings, which are most of the data. */
static void epochs_rounds(struct epochs *e, struct beginning *list, const struct features *f,
                          const struct stages *stages, uint32_t largest)
{
	uint64_t kept = 0, other = 0;

	for (uint32_t i = 1; i < e->names; i++)
		*(beginning_kept(&list[i]) ? &kept : &other) += list[i].bytes;
	e->rounds = kept > other ? rounds_new(f, stages, largest) : NULL;
	if (!e->rounds)
		return;
	e->stretches = stretches_new();
	for (uint32_t i = 1; i < e->names; i++)
		if (beginning_kept(&list[i])) {
			list[i].told_by = EPOCHS_ROUNDS;
			e->again++;
		}
}

/* Mapped files are begun by each generation of workers. */
static void epochs_generations(struct epochs *e, struct beginning *list, const struct features *f,
                               const struct stages *stages)
{
	struct generations g;
	uint32_t largest = 0;

	for (uint32_t i = 1; i < e->names; i++)
		if (beginning_kept(&list[i]) && (!largest || list[i].bytes > list[largest].bytes))
			largest = i;
	if (!largest)
		return;
	g = generations_of(f, stages, largest);
	if (g.count < 2) {
		free(g.first_ns);
		g.first_ns = NULL;
		epochs_rounds(e, list, f, stages, largest);
	}
	if (e->rounds)
		return;
	for (uint32_t i = 1; i < e->names && g.count; i++)
		if (beginning_kept(&list[i])) {
			list[i].begins = g.count > 1 ? g.count : 0;
			list[i].told_by = EPOCHS_TURNS;
			e->again++;
		}
	e->turns = g.first_ns;
}

/* Files that are read in any order: whether they are most of the data. */
static bool epochs_again(struct epochs *e, struct beginning *list)
{
	uint64_t again = 0, other = 0, extent = 0;

	for (uint32_t i = 1; i < e->names; i++) {
		bool any = beginning_any_order(&list[i]);
		*(any ? &again : &other) += list[i].bytes;
		extent += any ? list[i].extent : 0;
		e->again += any;
		e->ranks |= any && list[i].ranks;
	}
	e->passes = extent ? (double)again / (double)extent : 0;
	if (again <= other)
		return false;
	for (uint32_t i = 1; i < e->names; i++)
		if (beginning_any_order(&list[i]))
			list[i].told_by = EPOCHS_AGAIN;
	e->revisit = revisit_new();
	e->stretches = stretches_new();
	return true;
}

/* How often more of the data was begun than any other number of times, if that is enough of it:
 * files that are drawn by chance are begun any number of times. */
static uint32_t epochs_count(const struct beginning *list, uint32_t names)
{
	uint64_t *bytes = memory_get(EPOCHS_MOST + 1, sizeof *bytes);
	uint64_t all = 0;
	uint32_t best = 0;

	for (uint32_t i = 1; i < names; i++)
		all += list[i].bytes;
	for (uint32_t i = 1; i < names; i++)
		if (list[i].begins <= EPOCHS_MOST)
			bytes[list[i].begins] += list[i].bytes;
	for (uint32_t i = 1; i <= EPOCHS_MOST; i++)
		if (bytes[i] > bytes[best] || (!best && bytes[i]))
			best = i;
	if (best && (bytes[0] > bytes[best] || bytes[best] < all / ENOUGH))
		best = 0;
	free(bytes);
	return best;
}

static uint32_t epochs_told_by(const struct epochs *e, const struct beginning *b)
{
	if (b->told_by == EPOCHS_AGAIN || b->told_by == EPOCHS_ROUNDS)
		return b->told_by;
	if (e->revisit || !e->count || b->begins != e->count)
		return EPOCHS_OTHER;
	return b->told_by ? b->told_by : 0;
}

struct epochs *epochs_new(const struct features *features, const struct stages *stages)
{
	struct epochs *e = memory_get(1, sizeof *e);
	struct beginning *list = beginnings_of(features, stages);

	e->names = names_count(features->recording->names);
	if (!epochs_again(e, list)) {
		e->again = 0;
		epochs_generations(e, list, features, stages);
		e->count = e->rounds ? 0 : epochs_count(list, e->names);
		e->draws = e->rounds || e->turns ? NULL : draws_new(list, e->names);
	}
	e->items = memory_get(e->count + 1, sizeof *e->items);
	e->begun = memory_get(e->names, sizeof *e->begun);
	for (uint32_t i = 0; i < e->names; i++)
		e->begun[i] = epochs_told_by(e, &list[i]);
	free(list);
	return e;
}

void epoch_read(struct epoch *epoch, const struct span *s)
{
	if (!epoch->ops || s->start < epoch->first_ns)
		epoch->first_ns = s->start;
	if (!epoch->ops || s->end > epoch->last_ns)
		epoch->last_ns = s->end;
	epoch->ops++;
	epoch->bytes += s->bytes;
	epoch->hit_ops += s->cached == CACHE_HIT;
	epoch->hit_bytes += s->cached == CACHE_HIT ? s->bytes : 0;
	epoch->storage_ops += s->cached == CACHE_STORAGE;
	epoch->storage_bytes += s->cached == CACHE_STORAGE ? s->bytes : 0;
}

/* In order of time: the last turn before then. */
static uint32_t epochs_turn(const struct epochs *e, int64_t time)
{
	uint32_t number = 0;

	while (number + 1 < e->count && e->turns[number + 1] <= time)
		number++;
	return number;
}

void epochs_add(struct epochs *e, const struct span *s)
{
	uint32_t *begun = &e->begun[s->name < e->names ? s->name : 0];
	bool begins;

	if (e->draws && s->bytes)
		draws_add(e->draws, s);
	if (s->name >= e->names || *begun == EPOCHS_OTHER || !s->bytes)
		return;
	if (*begun == EPOCHS_AGAIN) {
		revisit_add(e->revisit, s->name, (uint64_t)s->offset, s->bytes, s->start);
		stretches_add(e->stretches, s);
		return;
	}
	if (*begun == EPOCHS_ROUNDS) {
		stretches_add(e->stretches, s);
		return;
	}
	if (*begun == EPOCHS_TURNS) {
		epoch_read(&e->items[epochs_turn(e, s->start)], s);
		return;
	}
	begins = *begun < e->count && s->offset == 0;
	*begun += begins;
	if (!*begun)
		return;
	epoch_read(&e->items[*begun - 1], s);
	e->items[*begun - 1].files += begins;
}

void epochs_add_pipes(struct epochs *e, const struct span *spans, size_t count)
{
	if (e->rounds)
		rounds_add(e->rounds, spans, count);
}

/* More than half of the shorter one lies within the other. */
static bool epoch_overlaps(const struct epoch *a, const struct epoch *b)
{
	int64_t from = a->first_ns > b->first_ns ? a->first_ns : b->first_ns;
	int64_t to = a->last_ns < b->last_ns ? a->last_ns : b->last_ns;
	double one = (double)epoch_ns(a), other = (double)epoch_ns(b);

	return (double)to - (double)from > 0.5 * (one < other ? one : other);
}

void epoch_join(struct epoch *to, const struct epoch *from)
{
	to->first_ns = from->first_ns < to->first_ns ? from->first_ns : to->first_ns;
	to->last_ns = from->last_ns > to->last_ns ? from->last_ns : to->last_ns;
	to->files += from->files;
	to->ops += from->ops;
	to->bytes += from->bytes;
	to->hit_ops += from->hit_ops;
	to->hit_bytes += from->hit_bytes;
	to->storage_ops += from->storage_ops;
	to->storage_bytes += from->storage_bytes;
}

/* The bytes and the time of the largest and of the longest one. */
struct epoch_most {
	uint64_t bytes;
	int64_t ns;
};

static struct epoch_most epochs_most(const struct epochs *e)
{
	struct epoch_most most = {0};

	for (uint32_t i = 0; i < e->count; i++) {
		const struct epoch *one = &e->items[i];
		most.bytes = one->bytes > most.bytes ? one->bytes : most.bytes;
		if (one->ops && epoch_ns(one) > most.ns)
			most.ns = epoch_ns(one);
	}
	return most;
}

/* Who opens a file reads its header, and may do so more than once; workers that share one
 * open it one behind the other. What follows an epoch's beginning is more than that. The last
 * one of many files may have been cut short. */
static bool epoch_hardly(const struct epochs *e, uint32_t i, struct epoch_most most)
{
	const struct epoch *one = &e->items[i];
	bool brief = epoch_ns(one) < most.ns / HARDLY;

	return one->bytes < most.bytes / (brief ? 2 : HARDLY) &&
	       (i + 1 < e->count || one->files < 2);
}

/* Of the same files. */
static void epoch_join_header(struct epoch *to, const struct epoch *header)
{
	uint64_t files = to->files > header->files ? to->files : header->files;

	if (!to->ops)
		*to = *header;
	else
		epoch_join(to, header);
	to->files = files;
}

static void epochs_join_headers(struct epochs *e)
{
	struct epoch_most most = epochs_most(e);

	for (uint32_t i = 0; i < e->count; i++) {
		struct epoch *to = &e->items[i + 1 < e->count ? i + 1 : i - 1];
		if (!e->items[i].ops || !epoch_hardly(e, i, most))
			continue;
		epoch_join_header(to, &e->items[i]);
		e->items[i].ops = 0;
	}
}

/* How often files that are read in any order were read where no place was read twice. */
static size_t epochs_whole(const struct epochs *e)
{
	double whole = round(e->passes);

	if (e->ranks)
		return 0;
	if (e->passes >= MOSTLY && e->passes <= 1 + NEARLY)
		return 1;
	if (whole < 2 || whole > EPOCHS_MOST || fabs(e->passes - whole) > NEARLY * whole)
		return 0;
	return (size_t)whole;
}

static void epochs_cut(struct epochs *e)
{
	size_t count;
	struct pass *passes = revisit_passes(e->revisit, EPOCHS_MOST, &count);

	free(e->items);
	if (count > 1) {
		e->items = stretches_cut(e->stretches, passes, count);
	} else {
		count = count ? epochs_whole(e) : 0;
		e->items = stretches_share(e->stretches, count);
	}
	e->count = (uint32_t)count;
	for (uint32_t i = 0; i < e->count; i++)
		e->items[i].files = e->again;
	free(passes);
}

/* An epoch that finds all pages in place has no reads. */
static void epochs_of_rounds(struct epochs *e)
{
	size_t count;
	struct pass *passes = rounds_passes(e->rounds, EPOCHS_MOST, &count);

	free(e->items);
	e->items = stretches_cut(e->stretches, passes, count);
	e->count = (uint32_t)count;
	for (uint32_t i = 0; i < e->count; i++) {
		e->items[i].files = e->again;
		e->items[i].first_ns = passes[i].first_ns;
		e->items[i].last_ns = passes[i].last_ns;
	}
	free(passes);
}

/* One goes on for much of the next: files were begun as often, but not in the same epochs. */
static bool epochs_blur(const struct epochs *e)
{
	const struct epoch *before = NULL;
	double all = 0, twice = 0;

	for (uint32_t i = 0; i < e->count; i++) {
		const struct epoch *one = &e->items[i];
		if (!one->ops)
			continue;
		all += (double)epoch_ns(one);
		if (before)
			twice += fmax(0, (double)wrap_span(one->first_ns, before->last_ns));
		before = one;
	}
	return twice > BLUR * all;
}

/* Where each epoch draws a part of the files. */
static void epochs_drawn(struct epochs *e, bool blur)
{
	if (!e->draws || (e->count && !blur) || !draws_finish(e->draws, e->count > 1 ? 2 : 3))
		return;
	free(e->items);
	e->items = e->draws->items;
	e->count = e->draws->count;
	e->draws->items = NULL;
}

void epochs_finish(struct epochs *e)
{
	uint32_t kept = 0;
	bool blur;

	if (e->rounds) {
		epochs_of_rounds(e);
		return;
	}
	if (e->revisit)
		epochs_cut(e);
	/* What faults bring in is no measure. */
	if (!e->turns)
		epochs_join_headers(e);
	for (uint32_t i = 0; e->turns && i < e->count; i++)
		e->items[i].files = e->again;
	blur = epochs_blur(e);
	for (uint32_t i = 0; i < e->count; i++) {
		if (!e->items[i].ops)
			continue;
		if (kept && epoch_overlaps(&e->items[kept - 1], &e->items[i]))
			epoch_join(&e->items[kept - 1], &e->items[i]);
		else
			e->items[kept++] = e->items[i];
	}
	e->count = kept;
	epochs_drawn(e, blur);
}

void epochs_free(struct epochs *e)
{
	if (!e)
		return;
	free(e->begun);
	free(e->items);
	free(e->turns);
	free(e->stretches);
	revisit_free(e->revisit);
	rounds_free(e->rounds);
	draws_free(e->draws);
	free(e);
}
