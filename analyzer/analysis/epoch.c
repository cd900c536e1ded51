/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/epoch.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "measure/cache.h"

#define EPOCHS_OTHER UINT32_MAX
/* So many times fewer bytes than in the longest one are no epoch. */
#define HARDLY 8
/* A file of at least so much, a quarter of whose reads go back, is read as often as it fits into
 * the bytes, if that is nearly a whole number. */
#define LEAST_JUMPED (1 << 20)
#define NEARLY       0.04

struct beginnings {
	uint64_t begins, bytes, reads, jumps, extent;
	int32_t rank;
	bool mapped;
	bool shared_out; /* among its epochs */
	bool ranks;      /* read by more than one rank, each of which may read all of it */
};

static void epochs_beginning(struct beginnings *b, const struct use *u,
                             const struct after_file *after, int64_t size, int32_t rank)
{
	uint64_t end = (uint64_t)(u->read_end > size ? u->read_end : size);

	b->ranks |= b->reads && b->rank != rank;
	b->rank = rank;
	b->mapped |= u->maps > 0;
	b->begins += u->begins - (after ? after->begins : 0);
	b->bytes += u->read_bytes - (after ? after->bytes : 0);
	b->reads += u->reads;
	b->jumps += u->read.count[ACCESS_RANDOM];
	b->extent = end > b->extent ? end : b->extent;
}

/* Formats with a header are begun when they are opened, however often they are read after. */
static void epochs_passes(struct beginnings *b)
{
	double passes, whole;

	if (b->mapped || b->ranks || b->extent < LEAST_JUMPED || b->jumps * 4 < b->reads)
		return;
	passes = (double)b->bytes / (double)b->extent;
	whole = round(passes);
	if (whole < 2 || whole > EPOCHS_MOST || fabs(passes - whole) > NEARLY * whole)
		return;
	b->shared_out = b->begins != (uint64_t)whole;
	b->begins = (uint64_t)whole;
}

static struct beginnings *epochs_beginnings(const struct features *f, const struct stages *stages)
{
	const struct recording *r = f->recording;
	struct beginnings *list = memory_get(names_count(r->names), sizeof *list);

	for (size_t n = 0; n < r->count; n++)
		for (size_t i = 1; i < r->processes[n].file_count; i++) {
			struct beginnings *b = &list[process_file_at(&r->processes[n], i)->name];
			const struct use *u;
			const struct after_file *after;
			process_fetch(&r->processes[n], i);
			if (stages_kind(stages, n, i)->verdicts[DIRECTION_READ].stage !=
			    AIOT_STAGE_TRAIN)
				continue;
			u = features_use(f, n, i, &(struct use){0});
			after = after_of(&stages->afters[n], i);
			epochs_beginning(b, u, after, process_file_more(&r->processes[n], i)->size,
			                 r->processes[n].rank);
		}
	for (uint32_t i = 0; i < names_count(r->names); i++)
		epochs_passes(&list[i]);
	return list;
}

/* How often most of the data was begun. */
static uint32_t epochs_count(const struct beginnings *list, uint32_t names)
{
	uint64_t *bytes = memory_get(EPOCHS_MOST + 1, sizeof *bytes);
	uint32_t best = 0;

	for (uint32_t i = 1; i < names; i++)
		if (list[i].begins <= EPOCHS_MOST)
			bytes[list[i].begins] += list[i].bytes;
	for (uint32_t i = 1; i <= EPOCHS_MOST; i++)
		if (bytes[i] > bytes[best] || (!best && bytes[i]))
			best = i;
	if (best && bytes[0] > bytes[best])
		best = 0;
	free(bytes);
	return best;
}

struct epochs *epochs_new(const struct features *features, const struct stages *stages)
{
	struct epochs *e = memory_get(1, sizeof *e);
	struct beginnings *list = epochs_beginnings(features, stages);

	e->names = names_count(features->recording->names);
	e->count = epochs_count(list, e->names);
	e->items = memory_get(e->count + 1, sizeof *e->items);
	e->files = memory_get(e->names, sizeof *e->files);
	for (uint32_t i = 0; i < e->names; i++)
		e->files[i] = (struct epoch_file){
		        .begun = e->count && list[i].begins == e->count ? 0 : EPOCHS_OTHER,
		        .bytes = list[i].bytes,
		        .shared_out = list[i].shared_out,
		};
	free(list);
	return e;
}

/* Whether the file is begun once more. */
static bool epochs_begins(const struct epochs *e, struct epoch_file *f, const struct span *s)
{
	bool in_order = !f->shared_out && (f->begun ? !f->passed : s->offset == 0);
	double passed = (double)f->passed;

	if (f->begun == e->count)
		return false;
	if (in_order)
		return s->offset == 0;
	f->passed += s->bytes;
	return passed * e->count >= (double)f->begun * (double)f->bytes;
}

void epochs_add(struct epochs *e, const struct span *s)
{
	struct epoch *epoch;
	struct epoch_file *file;
	bool begins;

	if (s->name >= e->names || e->files[s->name].begun == EPOCHS_OTHER || !s->bytes)
		return;
	file = &e->files[s->name];
	begins = epochs_begins(e, file, s);
	file->begun += begins;
	epoch = &e->items[file->begun - 1];
	if (!epoch->ops || s->start < epoch->first_ns)
		epoch->first_ns = s->start;
	if (s->end > epoch->last_ns)
		epoch->last_ns = s->end;
	epoch->files += begins;
	epoch->ops++;
	epoch->bytes += s->bytes;
	epoch->hit_ops += s->cached == CACHE_HIT;
	epoch->hit_bytes += s->cached == CACHE_HIT ? s->bytes : 0;
	epoch->storage_ops += s->cached == CACHE_STORAGE;
	epoch->storage_bytes += s->cached == CACHE_STORAGE ? s->bytes : 0;
}

/* More than half of the shorter one lies within the other. */
static bool epoch_overlaps(const struct epoch *a, const struct epoch *b)
{
	int64_t from = a->first_ns > b->first_ns ? a->first_ns : b->first_ns;
	int64_t to = a->last_ns < b->last_ns ? a->last_ns : b->last_ns;
	double one = (double)epoch_ns(a), other = (double)epoch_ns(b);

	return (double)to - (double)from > 0.5 * (one < other ? one : other);
}

static void epoch_join(struct epoch *to, const struct epoch *from)
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

static void epochs_join_headers(struct epochs *e)
{
	struct epoch_most most = epochs_most(e);

	for (uint32_t i = 0; i < e->count; i++) {
		struct epoch *to = &e->items[i + 1 < e->count ? i + 1 : i - 1];
		if (!e->items[i].ops || !epoch_hardly(e, i, most))
			continue;
		if (!to->ops)
			*to = e->items[i];
		else
			epoch_join(to, &e->items[i]);
		e->items[i].ops = 0;
	}
}

void epochs_finish(struct epochs *e)
{
	uint32_t kept = 0;

	epochs_join_headers(e);
	for (uint32_t i = 0; i < e->count; i++) {
		if (!e->items[i].ops)
			continue;
		if (kept && epoch_overlaps(&e->items[kept - 1], &e->items[i]))
			epoch_join(&e->items[kept - 1], &e->items[i]);
		else
			e->items[kept++] = e->items[i];
	}
	e->count = kept;
}

void epochs_free(struct epochs *e)
{
	if (!e)
		return;
	free(e->files);
	free(e->items);
	free(e);
}
